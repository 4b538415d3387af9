from __future__ import annotations

import struct
from typing import TYPE_CHECKING

import pytest

from crosscheck.pipelines.runs import Artifact
from crosscheck.services.artifacts.files import DIRECTORY_LIMIT, UnreadableArtifactError, read_file
from crosscheck.services.artifacts.zips import CHUNK
from tests.fakes.codepipeline_release import HOME, bucket, zipped

if TYPE_CHECKING:
    from tests.fakes.codepipeline_release import Release


def test_a_file_of_an_artifact_whose_directory_is_longer_than_a_chunk(release: Release) -> None:
    many = {f"node_modules/{number:060}": b"" for number in range(5_000)}
    content = zipped({"imagedefinitions.json": b"[]", **many})
    assert len(content) > 2 * CHUNK
    release.store(HOME, content)
    artifact = Artifact(bucket(HOME), "b/BuildOutp/x1")
    assert read_file(release.aws.client("s3", HOME), artifact, "imagedefinitions.json") == b"[]"


def test_f69_a_directory_over_the_limit_is_not_read(release: Release) -> None:
    size = DIRECTORY_LIMIT + 1
    release.store(HOME, bytes(size) + b"PK\x05\x06" + struct.pack("<8xLLH", size, 0, 0))
    with pytest.raises(UnreadableArtifactError, match="holds too many files"):
        read_file(release.aws.client("s3", HOME), Artifact(bucket(HOME), "b/BuildOutp/x1"), "imagedefinitions.json")
