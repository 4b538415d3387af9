from __future__ import annotations

import io
import struct
import zipfile
from typing import TYPE_CHECKING

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError

from crosscheck.contracts.check import PlannedCheck
from crosscheck.contracts.verdicts import Finding, Verdict
from crosscheck.registry.checks import run_check
from crosscheck.registry.services import CHECKS
from crosscheck.services.artifacts import directory
from crosscheck.services.artifacts.directory import DIRECTORY_LIMIT
from crosscheck.services.artifacts.zips import CHUNK, StoredZip
from tests.fakes.codepipeline_release import HOME, bucket, zipped
from tests.fakes.json_protocol import SESSION

if TYPE_CHECKING:
    from tests.fakes.codepipeline_release import Release

EU = "eu-west-1"
REVISION = "3sL4kqtJlcpXroDTDmJ.rmSpXd3dIbrHY"
FILES = {"appspec.yml": b"version: 0.0\n", "index.html": b"<h1>Welcome</h1>\n"}
KEY = "fleet/SourceOutp/x1"
SAME = "deployed version 3sL4kqtJlcpX, as in the source"


def parity(**changes: str) -> PlannedCheck:
    told = {
        "revision": REVISION,
        "artifact": "SourceOutput",
        "bucket": bucket(EU),
        "key": KEY,
        "source_region": HOME,
        "source_bucket": bucket(HOME),
        "source_key": KEY,
    }
    return PlannedCheck("source-parity", EU, told | changes)


def put(region: str, content: bytes) -> None:
    SESSION.client("s3", region_name=region).put_object(Bucket=bucket(region), Key=KEY, Body=content)


def looked(release: Release, copy: bytes, source: bytes | None = None) -> Finding:
    put(EU, copy)
    put(HOME, copy if source is None else source)
    return run_check(parity(), release.aws)


def test_a_copy_is_as_the_source(release: Release) -> None:
    finding = looked(release, zipped(FILES))
    assert (finding.verdict, finding.reason) == (Verdict.PASS, SAME)
    assert finding.values == {"source revision": REVISION, "compared with the source": "yes"}


def test_a_zip_that_was_packed_anew_holds_the_same(release: Release) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_STORED) as archive:
        archive.comment = b"PK\x05 packed anew"
        for name in sorted(FILES, reverse=True):
            archive.writestr(name, FILES[name])
    assert looked(release, packed.getvalue(), zipped(FILES)).reason == SAME


@pytest.mark.parametrize(
    ("files", "words"),
    [
        ({**FILES, "index.html": b"<h1>Goodbye, all</h1>\n"}, "index.html has 22 bytes, not 17"),
        ({**FILES, "index.html": b"<h1>WELCOME</h1>\n"}, "index.html has other content of the same size"),
        ({"index.html": FILES["index.html"]}, "appspec.yml is missing"),
        ({**FILES, "miner": b"?"}, "miner was added"),
        ({}, "appspec.yml is missing, and 1 more"),
    ],
)
def test_another_content_is_told_by_its_first_difference(release: Release, files: dict[str, bytes], words: str) -> None:
    finding = looked(release, zipped(files), zipped(FILES))
    assert finding.verdict is Verdict.FAIL
    assert finding.reason == f"the artifact in eu-west-1 differs from the source's: {words}"


def test_a_directory_beyond_the_first_answer_is_fetched_whole(release: Release) -> None:
    many = {f"node_modules/{number:060}": b"" for number in range(5_000)}
    assert len(zipped(many)) > 2 * CHUNK
    assert looked(release, zipped(many)).reason == SAME
    changed = looked(release, zipped({**many, "node_modules/a": b""}), zipped(many))
    assert changed.reason.endswith("node_modules/a was added")


def test_the_regions_own_source_is_not_read(release: Release) -> None:
    there = {"bucket": bucket(HOME), "key": "nothing/is/here", "source_key": "nothing/is/here"}
    assert run_check(parity(**there), release.aws).reason == SAME


def test_a_source_without_a_revision(release: Release) -> None:
    put(EU, zipped(FILES))
    put(HOME, zipped(FILES))
    unnamed = parity()
    told = {key: value for key, value in unnamed.parameters.items() if key != "revision"}
    finding = run_check(PlannedCheck(unnamed.kind, EU, told), release.aws)
    assert finding.reason == "deployed the same artifact, as in the source"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"#!/bin/sh\n", "the artifact in eu-west-1 is no zip"),
        (b"PK\x05\x06", "the artifact in eu-west-1 is no zip"),
        (
            b"PK\x05\x06" + b"\xff" * 18,
            "the artifact in eu-west-1 is not readable: it has a directory that begins before it",
        ),
        (
            b"PK\x05\x06" + b"\x00" * 8 + b"\x09" + b"\x00" * 9,
            "the artifact in eu-west-1 is not readable: it has a directory that begins before it",
        ),
    ],
)
def test_what_is_no_zip_is_not_compared_and_leaves_no_doubt(release: Release, content: bytes, words: str) -> None:
    finding = looked(release, content)
    assert finding.verdict is Verdict.PASS
    assert finding.reason.startswith(f"the source revision was not compared: {words}")
    assert finding.values["compared with the source"] == "no"


def test_f69_a_directory_over_the_limit_is_not_fetched(release: Release) -> None:
    size = DIRECTORY_LIMIT + 1
    ranges: list[str] = []
    events = release.aws.client("s3", EU).meta.events
    events.register("provide-client-params.s3.GetObject", lambda params, **_: ranges.append(params["Range"]))
    finding = looked(release, bytes(size) + b"PK\x05\x06" + struct.pack("<8xLLH", size, 0, 0))
    assert finding.reason == "the source revision was not compared: the artifact in eu-west-1 holds too many files"
    assert ranges == [f"bytes=-{CHUNK}"]


def test_a_store_that_may_not_be_read_names_the_right(release: Release, monkeypatch: pytest.MonkeyPatch) -> None:
    finding = denied(release, monkeypatch, "AccessDenied")
    assert finding.verdict is Verdict.PASS
    assert finding.reason == (
        "the source revision was not compared: GetObject in eu-west-1 was refused: AccessDenied "
        f"(Crosscheck needs s3:GetObject on the bucket {bucket(EU)}, and kms:Decrypt on its key)"
    )


def test_what_s3_refuses_otherwise_is_unknown(release: Release, monkeypatch: pytest.MonkeyPatch) -> None:
    gone = run_check(parity(key="gone"), release.aws)
    assert (gone.verdict, gone.reason) == (Verdict.INCONCLUSIVE, "GetObject in eu-west-1 was refused: NoSuchKey")
    slow = denied(release, monkeypatch, "SlowDown")
    assert (slow.verdict, slow.reason) == (Verdict.INCONCLUSIVE, "GetObject in eu-west-1 was refused: SlowDown")


def test_a_region_that_does_not_answer_is_unknown(release: Release, monkeypatch: pytest.MonkeyPatch) -> None:
    def hang(*_: object) -> StoredZip:
        raise EndpointConnectionError(endpoint_url="https://s3.eu-west-1.amazonaws.com")

    monkeypatch.setattr(directory, "StoredZip", hang)
    assert run_check(parity(), release.aws).verdict is Verdict.INCONCLUSIVE


def test_no_plan_may_ask_for_it() -> None:
    assert "source-parity" not in CHECKS


def denied(release: Release, monkeypatch: pytest.MonkeyPatch, code: str) -> Finding:
    def deny(*_: object) -> StoredZip:
        raise ClientError({"Error": {"Code": code}}, "GetObject")

    monkeypatch.setattr(directory, "StoredZip", deny)
    return run_check(parity(), release.aws)
