"""What a registry has of an image: the same answers from our fake and from moto's ECR."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from moto import mock_aws

from crosscheck.services.ecr.replica import SourceImage, describe, read_replica
from tests.fakes.ecr import OCI_INDEX, OCI_MANIFEST, FakeEcr
from tests.fakes.json_protocol import SESSION, FakeClients

if TYPE_CHECKING:
    from mypy_boto3_ecr import ECRClient

CONFIG = "application/vnd.oci.image.config.v1+json"


def push(client: ECRClient, tag: str) -> str:
    """Push a manifest of which the tag is the only content; its digest."""
    config = {"mediaType": CONFIG, "size": 2, "digest": f"sha256:{tag * 64}"}
    manifest = {"schemaVersion": 2, "mediaType": OCI_MANIFEST, "config": config, "layers": []}
    answer = client.put_image(
        repositoryName="app", imageManifest=json.dumps(manifest), imageManifestMediaType=OCI_MANIFEST, imageTag=tag
    )
    return answer["image"]["imageId"]["imageDigest"]


@pytest.fixture(params=["fake", "moto"])
def registry(request: pytest.FixtureRequest) -> Iterator[tuple[ECRClient, str, str]]:
    """A client, the digest of one image, the digest of another."""
    if request.param == "fake":
        fake = FakeEcr()
        digests = fake.push("app", "1"), fake.push("app", "2")
        yield FakeClients({("ecr", None): fake}).client("ecr", "eu-west-1"), *digests
        return
    with mock_aws():
        client = SESSION.client("ecr", region_name="eu-west-1")
        client.create_repository(repositoryName="app")
        yield client, push(client, "1"), push(client, "2")


ABSENT = "sha256:" + "0" * 64


def image(digest: str, repository: str = "app") -> SourceImage:
    return SourceImage(repository, digest, "us-east-1")


def test_an_image_that_is_there_is_found(registry: tuple[ECRClient, str, str]) -> None:
    client, digest, _ = registry
    replica = read_replica(client, image(digest))
    assert set(replica.found) == {digest}
    assert (replica.missing, replica.archived, replica.repository) == (frozenset(), (), True)


def test_f18_an_image_that_is_absent_is_missing(registry: tuple[ECRClient, str, str]) -> None:
    replica = read_replica(registry[0], image(ABSENT))
    assert not replica.found
    assert (replica.missing, replica.repository) == (frozenset({ABSENT}), True)


def test_f18_a_repository_that_is_absent_is_told_apart(registry: tuple[ECRClient, str, str]) -> None:
    replica = read_replica(registry[0], image(ABSENT, "none"))
    assert (replica.missing, replica.repository) == (frozenset({ABSENT}), False)
    assert describe(registry[0], image(ABSENT, "none"), [{"imageTag": "1"}]) == {}


def test_those_that_are_there_are_found_beside_one_that_is_not(registry: tuple[ECRClient, str, str]) -> None:
    client, *digests = registry
    found = describe(client, image(digests[0]), [{"imageDigest": d} for d in (*digests, ABSENT)])
    assert set(found) == set(digests)


def test_a_tag_stands_for_a_digest(registry: tuple[ECRClient, str, str]) -> None:
    client, digest, _ = registry
    assert set(describe(client, image(""), [{"imageTag": "1"}])) == {digest}
    assert describe(client, image(""), [{"imageTag": "9"}]) == {}


def test_more_images_than_one_question_takes() -> None:
    fake = FakeEcr()
    digests = [fake.push("app", str(number)) for number in range(150)]
    client = FakeClients({("ecr", None): fake}).client("ecr", "eu-west-1")
    index = fake.nest("app", "all", *digests)
    replica = read_replica(client, image(index))
    assert len(replica.found) == 151
    assert [len(call["imageIds"]) for call in fake.called("DescribeImages")] == [1, 100, 50]
    assert OCI_INDEX in fake.called("BatchGetImage")[0]["acceptedMediaTypes"]
