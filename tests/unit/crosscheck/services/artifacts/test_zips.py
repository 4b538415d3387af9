"""A zip is read as ``zipfile`` reads it, and none, whatever numbers it holds, fills a function's memory."""

from __future__ import annotations

import io
import struct
import time
import tracemalloc
import zipfile
import zlib
from contextlib import contextmanager
from typing import TYPE_CHECKING, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crosscheck.pipelines.runs import Artifact
from crosscheck.services.artifacts.directory import DIRECTORY_LIMIT, FILE_LIMIT, NotComparableError, read_directory
from crosscheck.services.artifacts.files import UnreadableArtifactError, read_file
from crosscheck.services.artifacts.zips import CHUNK, ENTRY_LIMIT, StoredZip, UnreadableZipError
from crosscheck.size_limits import OverLimitError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from mypy_boto3_s3 import S3Client

MIB = 1024 * 1024
ARTIFACT = Artifact("store", "build/x1")
ENTRY = struct.Struct("<4s6H3L5H2L")


class Object:
    """An object in S3: ``size`` bytes, of which the last ones are ``tail`` and all before them are zeros."""

    def __init__(self, tail: bytes, size: int = 0) -> None:
        self.tail, self.size, self.fetched = tail, size or len(tail), 0

    def get_object(self, *, Range: str, **_more: object) -> Mapping[str, object]:  # noqa: N803 - S3's word
        """A range, which has to be one that S3 would take."""
        first, _, last = Range.removeprefix("bytes=").partition("-")
        start = int(first) if first else max(0, self.size - int(last))
        end = min(int(last), self.size - 1) if first else self.size - 1
        assert start <= end
        self.fetched += end - start + 1
        zeros = self.size - len(self.tail)
        content = (
            bytes(max(0, min(end + 1, zeros) - start)) + self.tail[max(0, start - zeros) : max(0, end + 1 - zeros)]
        )
        return {"Body": io.BytesIO(content), "ContentRange": f"bytes {start}-{end}/{self.size}"}

    @property
    def client(self) -> S3Client:
        """As the product takes it."""
        return cast("S3Client", self)

    def zip(self, limit: int = DIRECTORY_LIMIT) -> StoredZip:
        """The object as a zip."""
        return StoredZip(self.client, ARTIFACT, limit)


@contextmanager
def little_memory(limit: int = 16 * MIB) -> Iterator[None]:
    """What is done here may need no more than so much memory at any time."""
    tracemalloc.start()
    yield
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < limit


def packed(files: Mapping[str, bytes], method: int = zipfile.ZIP_DEFLATED, before: bytes = b"") -> bytes:
    content = io.BytesIO(before)
    content.seek(0, io.SEEK_END)
    with zipfile.ZipFile(content, "a" if before else "w", method) as archive:
        archive.comment = b"PK\x05 made by a test"
        for name, text in files.items():
            archive.writestr(name, text)
    return content.getvalue()


def end(size: int, offset: int = 0) -> bytes:
    return b"PK\x05\x06" + struct.pack("<4H2LH", 0, 0, 1, 1, size, offset, 0)


def end64(size: int) -> bytes:
    record = b"PK\x06\x06" + struct.pack("<Q2H2L4Q", 44, 45, 45, 0, 0, 1, 1, size, 0)
    return record + b"PK\x06\x07" + struct.pack("<LQL", 0, size, 1) + end(0xFFFF_FFFF, 0xFFFF_FFFF)


def entry(name: bytes, packed_size: int = 0, size: int = 0, offset: int = 0, method: int = 8) -> bytes:
    return ENTRY.pack(b"PK\x01\x02", 20, 20, 0, method, 0, 0, 0, packed_size, size, len(name), *[0] * 5, offset) + name


def bomb(raw: bytes, method: int, claimed: int = 10) -> bytes:
    header = struct.pack("<4s5H3L2H", b"PK\x03\x04", 20, 0, method, 0, 0, 0, len(raw), claimed, 1, 0) + b"x"
    directory = entry(b"x", len(raw), claimed, 0, method)
    return header + raw + directory + end(len(directory), len(header + raw))


@settings(max_examples=100, deadline=None)
@given(
    files=st.dictionaries(st.text(min_size=1, max_size=9).map(lambda name: name.replace("\0", "0")), st.binary()),
    method=st.sampled_from([zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED]),
    before=st.sampled_from([b"", b"#!/bin/sh\n" * 100]),
)
def test_any_zip_reads_as_zipfile_reads_it(files: dict[str, bytes], method: int, before: bytes) -> None:
    content = packed(files, method, before)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        expected = {each.filename: (each.file_size, each.CRC) for each in archive.infolist()}
    stored = Object(content).zip()
    assert {each.name: (each.size, each.checksum) for each in stored.entries()} == expected
    assert all(stored.read(name, 1_000) == text for name, text in files.items())
    assert stored.read("no such file", 1_000) is None


@settings(max_examples=300, deadline=None)
@given(cuts=st.lists(st.tuples(st.integers(0, 400), st.binary(min_size=1, max_size=8)), min_size=1, max_size=4))
def test_a_zip_with_any_of_its_bytes_changed_is_read_or_refused(cuts: list[tuple[int, bytes]]) -> None:
    content = bytearray(packed({"a": b"text" * 30, "b": b""}))
    for at, changed in cuts:
        content[at : at + len(changed)] = changed
    stored = Object(bytes(content)).zip()
    try:
        assert stored.read("a", 1_000) in {None, b"text" * 30}
    except (UnreadableZipError, OverLimitError):
        return


@pytest.mark.parametrize("tail", [end(600 * MIB), end64(600 * MIB), end64(2**63)], ids=["600 MiB", "zip64", "8 EiB"])
def test_a_directory_is_not_fetched_for_its_claim(tail: bytes) -> None:
    stored = Object(tail, 700 * MIB)
    with little_memory(), pytest.raises(UnreadableArtifactError):
        read_file(stored.client, ARTIFACT, "x")
    with little_memory(), pytest.raises(NotComparableError):
        read_directory(stored.client, ARTIFACT, "eu-west-1")
    assert stored.fetched == 2 * CHUNK


def test_a_directory_of_the_smallest_entries_costs_no_more_than_its_bytes() -> None:
    directory = b"".join(entry(b"%06x" % number) for number in range(3 * MIB // 52))
    stored = Object(directory + end(len(directory)))
    with little_memory(), pytest.raises(UnreadableArtifactError, match="holds no x"):
        read_file(stored.client, ARTIFACT, "x")


def test_no_more_than_so_many_files_are_compared() -> None:
    directory = b"".join(entry(b"%06x" % number) for number in range(FILE_LIMIT + 1))
    assert len(directory) < DIRECTORY_LIMIT
    with little_memory(), pytest.raises(NotComparableError, match="holds too many files"):
        read_directory(Object(directory + end(len(directory))).client, ARTIFACT, "eu-west-1")


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA, zipfile.ZIP_DEFLATED])
def test_a_bomb_is_not_inflated(method: int) -> None:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", method) as archive, archive.open("x", "w") as member:
        for _ in range(100):
            member.write(bytes(MIB))
    with little_memory(), pytest.raises(UnreadableArtifactError):
        read_file(Object(content.getvalue()).client, ARTIFACT, "x")


def test_a_bomb_that_claims_to_be_small_is_not_inflated() -> None:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("x", bytes(40 * MIB))
        raw = content.getvalue()[31 : 31 + archive.getinfo("x").compress_size]
    with little_memory(), pytest.raises(UnreadableArtifactError, match="x is over 100000 bytes"):
        read_file(Object(bomb(raw, 8)).client, ARTIFACT, "x")


def test_a_file_that_is_all_frame_is_not_fetched() -> None:
    stored = Object(bomb(b"\0\0\0\xff\xff" * MIB, 8))
    with little_memory(), pytest.raises(UnreadableArtifactError, match="x is over 100000 bytes"):
        read_file(stored.client, ARTIFACT, "x")
    assert stored.fetched == CHUNK


def test_a_file_beyond_four_gibibytes_is_found() -> None:
    text = b"[]"
    header = struct.pack("<4s5H3L2H", b"PK\x03\x04", 45, 0, 0, 0, 0, 0, 2, 2, 1, 0) + b"x" + text
    wide = struct.pack("<2HQ", 1, 8, 5 * 1024 * MIB)
    fields = (b"PK\x01\x02", 45, 45, 0, 0, 0, 0, zlib.crc32(text), 2, 2, 1, len(wide), 0, 0, 0, 0, 0xFFFF_FFFF)
    directory = ENTRY.pack(*fields) + b"x" + wide
    offset = 5 * 1024 * MIB + len(header)
    record = b"PK\x06\x06" + struct.pack("<Q2H2L4Q", 44, 45, 45, 0, 0, 1, 1, len(directory), offset)
    locator = b"PK\x06\x07" + struct.pack("<LQL", 0, offset + len(directory), 1)
    tail = header + directory + record + locator + end(0xFFFF_FFFF, 0xFFFF_FFFF)
    assert read_file(Object(tail, 5 * 1024 * MIB + len(tail)).client, ARTIFACT, "x") == text


def test_extra_fields_cost_the_time_of_their_length() -> None:
    def seconds(parts: int, entries: int) -> float:
        extra = struct.pack("<2H", 7, 0) * parts
        entry = ENTRY.pack(b"PK\x01\x02", 20, 20, 0, 0, 0, 0, 0, 0xFFFF_FFFF, 0xFFFF_FFFF, 0, len(extra), *[0] * 5)
        directory = (entry + extra) * entries
        end = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, entries, entries, len(directory), 0, 0)
        stored = Object(directory + end).zip()
        began = time.process_time()
        assert sum(1 for _ in stored.entries()) == entries
        return time.process_time() - began

    assert seconds(parts=16_000, entries=32) < 2 * seconds(parts=500, entries=1024)


def test_f69_of_a_long_directory_no_more_is_held_than_a_part() -> None:
    entry = ENTRY.pack(b"PK\x01\x02", 20, 20, *[0] * 6, 0, 60_000, 0, *[0] * 5) + bytes(60_000)
    count = 16 * MIB // len(entry)
    end = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, count, count, count * len(entry), 0, 0)
    stored = Object(entry * count + end)
    tracemalloc.start()
    try:
        assert sum(1 for _ in stored.zip(16 * MIB).entries()) == count
        assert tracemalloc.get_traced_memory()[1] < 4 * MIB
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("count", [ENTRY_LIMIT, ENTRY_LIMIT + 1])
def test_of_a_directory_no_more_entries_are_read_than_the_limit(count: int) -> None:
    """The smallest entry has 46 bytes: the directory that is fetched at most would hold 364,722 of them."""
    entry = ENTRY.pack(b"PK\x01\x02", 20, 20, *[0] * 14)
    end = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 0, 0, count * len(entry), 0, 0)
    stored = Object(entry * count + end)
    if count > ENTRY_LIMIT:
        with pytest.raises(UnreadableArtifactError, match="the input artifact holds too many files"):
            read_file(stored.client, ARTIFACT, "x")
    else:
        assert sum(1 for _ in stored.zip(16 * MIB).entries()) == count
