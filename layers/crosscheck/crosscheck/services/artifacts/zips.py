"""Zips in S3, of which no more is fetched than the end, the directory, and the one file that is wanted.

Whoever makes an artifact chooses every number in it. So the directory is read entry by entry, without an object for
each and up to ENTRY_LIMIT of them, no file is inflated beyond its limit, and all that is fetched is counted.
``zipfile`` does neither: of 2 KB in bzip2 it makes 4 GB. The format is
https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from crosscheck.errors import CrosscheckError
from crosscheck.pipelines.runs import Artifact
from crosscheck.size_limits import Allowance, OverLimitError

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

CHUNK = 512 * 1024
ENTRY_LIMIT = 150_000

_END, _END64, _LOCATOR = struct.Struct("<4s4H2LH"), struct.Struct("<4sQ2H2L4Q"), struct.Struct("<4sLQL")
_ENTRY, _HEADER = struct.Struct("<4s6H3L5H2L"), struct.Struct("<4s5H3L2H")
_LONGEST_ENTRY = _ENTRY.size + 3 * 0xFFFF  # with its name, its extra field and its comment
_FIELD = struct.Struct("<2H")  # the id and the length of a part of an extra field
_COMMENT_LIMIT = 0xFFFF
_WIDE, _WIDE_FIELD = 0xFFFF_FFFF, 1  # a number that stands in the extra field of that id instead
_ENCRYPTED, _UTF8 = 0x1, 0x800
_STORED, _DEFLATED = 0, 8


class UnreadableZipError(CrosscheckError):
    """The object is not a zip as it has to be; the text says in what way, as it follows "the zip"."""


class NoZipError(UnreadableZipError):
    """The object does not end as a zip does."""


class TooManyFilesError(UnreadableZipError):
    """The directory of the zip is larger than the limit, or has more entries than ENTRY_LIMIT."""


@dataclass(frozen=True, slots=True)
class ZipEntry:
    """What a directory says of a file. ``size`` is in bytes, ``packed`` what it has inside the zip, ``checksum`` the
    CRC-32 of its content, ``offset`` where it begins."""

    name: str
    flags: int
    method: int
    checksum: int
    packed: int
    size: int
    offset: int


class StoredZip:
    """A zip in S3. The end of the object is fetched at once."""

    def __init__(self, client: S3Client, artifact: Artifact, limit: int) -> None:
        """A directory over ``limit`` bytes is not fetched.

        Raises:
            ClientError, BotoCoreError: S3 or KMS refused, or did not answer.
        """
        self._client = client
        self._artifact = artifact
        self._limit = limit
        self._allowance = Allowance(limit + 2 * CHUNK)
        self._tail, self._size = self._fetch(f"bytes=-{CHUNK}", CHUNK)
        self._shift = 0

    def entries(self) -> Iterator[ZipEntry]:
        """What the directory says of each file, in its order. No more of it is held than CHUNK and an entry: a look
        reads the artifacts of all its regions at once.

        Raises:
            UnreadableZipError: it is no zip, or one whose directory is broken or over the limit.
            ClientError, BotoCoreError: as above.
        """
        start, left = self._directory()
        held, position, count = b"", 0, 0
        while left or position < len(held):
            if left and len(held) - position < _LONGEST_ENTRY:
                part = self._part(start, min(CHUNK, left))
                start, left = start + len(part), left - len(part)
                held, position = held[position:] + part, 0
            count += 1
            if count > ENTRY_LIMIT:
                raise TooManyFilesError("holds too many files")
            entry, position = _entry(held, position)
            yield entry

    def read(self, name: str, limit: int) -> bytes | None:
        """The content of a file of up to ``limit`` bytes; None if there is none of that name.

        Raises:
            OverLimitError: it is larger.
            UnreadableZipError, ClientError, BotoCoreError: as above.
        """
        found = None
        for entry in self.entries():
            found = entry if entry.name == name else found
        if found is None:
            return None
        if found.method not in {_STORED, _DEFLATED} or found.flags & _ENCRYPTED:
            raise UnreadableZipError("is encrypted, or neither stored nor deflated")
        if max(found.size, found.packed) > limit:
            raise OverLimitError(f"over {limit} bytes")
        content = _inflated(self._packed(found), limit) if found.method == _DEFLATED else self._packed(found)
        if zlib.crc32(content) != found.checksum:
            raise UnreadableZipError("holds another content than its directory says")
        return content

    def _packed(self, entry: ZipEntry) -> bytes:
        start = entry.offset + self._shift
        signature, *_, name, extra = _HEADER.unpack(self._part(start, _HEADER.size))
        if signature != b"PK\x03\x04":
            raise UnreadableZipError("has no file where its directory says")
        return self._part(start + _HEADER.size + name + extra, entry.packed)

    def _directory(self) -> tuple[int, int]:
        """Where the directory begins, and its size. It lies directly before the end, whatever its offset says:
        something may precede the zip."""
        at = self._tail.rfind(b"PK\x05\x06", -_END.size - _COMMENT_LIMIT)
        if at < 0 or at + _END.size > len(self._tail):
            raise NoZipError("has no end")
        *_, size, offset, _ = _END.unpack_from(self._tail, at)
        locator = at - _LOCATOR.size
        at64 = locator - _END64.size
        if at64 >= 0 and (self._tail[at64:][:4], self._tail[locator:][:4]) == (b"PK\x06\x06", b"PK\x06\x07"):
            *_, size, offset = _END64.unpack_from(self._tail, at64)
            at = at64
        start = self._size - len(self._tail) + at - size
        if start < 0:
            raise UnreadableZipError("has a directory that begins before it")
        if size > self._limit:
            raise TooManyFilesError("holds too many files")
        self._shift = start - offset
        return start, size

    def _part(self, start: int, length: int) -> bytes:
        within = start - (self._size - len(self._tail))
        if within >= 0:
            part = self._tail[within : within + length]
        elif start < 0 or length == 0:
            part = b""
        else:
            part, _ = self._fetch(f"bytes={start}-{start + length - 1}", length)
        if len(part) != length:
            raise UnreadableZipError("ends early")
        return part

    def _fetch(self, span: str, most: int) -> tuple[bytes, int]:
        """A part of the object of at most so many bytes, and the size of the whole."""
        self._allowance.spend(most)
        answer = self._client.get_object(Bucket=self._artifact.bucket, Key=self._artifact.key, Range=span)
        with answer["Body"] as body:
            content = body.read(most)
        # "bytes 0-1023/4096"; absent where the whole object came
        return content, int(answer.get("ContentRange", f"/{len(content)}").rpartition("/")[2])


def _entry(directory: bytes, position: int) -> tuple[ZipEntry, int]:
    """The entry at that position of a directory, and the position of the next."""
    try:
        signature, _, _, flags, method, _, _, *rest = _ENTRY.unpack_from(directory, position)
    except struct.error:
        raise UnreadableZipError("has a directory that ends early") from None
    if signature != b"PK\x01\x02":
        raise UnreadableZipError("has a directory with something else in it")
    checksum, packed, size, name_length, extra_length, comment_length, _, _, _, offset = rest
    name_at = position + _ENTRY.size
    extra_at = name_at + name_length
    name = directory[name_at:extra_at].decode("utf-8" if flags & _UTF8 else "cp437", "backslashreplace")
    wide = _wide(directory[extra_at : extra_at + extra_length])
    size, packed, offset = (next(wide, each) if each == _WIDE else each for each in (size, packed, offset))
    entry = ZipEntry(name, flags, method, checksum, packed, size, offset)
    return entry, extra_at + extra_length + comment_length


def _wide(extra: bytes) -> Iterator[int]:
    """The numbers of 64 bits in an extra field."""
    position = 0
    while position + _FIELD.size <= len(extra):
        kind, length = _FIELD.unpack_from(extra, position)
        position += _FIELD.size
        if kind == _WIDE_FIELD:
            part = extra[position : position + length // 8 * 8]
            yield from (number for (number,) in struct.iter_unpack("<Q", part))
        position += length


def _inflated(packed: bytes, limit: int) -> bytes:
    inflating = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        content = inflating.decompress(packed, limit + 1)
    except zlib.error:
        raise UnreadableZipError("holds what cannot be inflated") from None
    if len(content) > limit:
        raise OverLimitError(f"over {limit} bytes")
    if not inflating.eof:
        raise UnreadableZipError("holds a file that ends early")
    return content
