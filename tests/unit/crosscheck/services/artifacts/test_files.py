from __future__ import annotations

from typing import TYPE_CHECKING

from crosscheck.pipelines.runs import Artifact
from crosscheck.services.artifacts.files import CHUNK, read_file
from tests.fakes.codepipeline_release import HOME, bucket, zipped

if TYPE_CHECKING:
    from tests.fakes.codepipeline_release import Release


def test_a_file_of_an_artifact_whose_directory_is_longer_than_a_chunk(release: Release) -> None:
    many = {f"node_modules/{number:060}": b"" for number in range(5_000)}
    content = zipped({"imagedefinitions.json": b"[]", **many})
    assert len(content) > 2 * CHUNK
    release.store(HOME, content)
    artifact = Artifact(bucket(HOME), "b/BuildOutp/x1")
    assert read_file(release.aws.s3(HOME), artifact, "imagedefinitions.json") == b"[]"
