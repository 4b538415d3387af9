"""The emulator's images, of every region, asked and written past the layer."""

import contextlib
import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from local.clients import Aws

UNKNOWN = {"ImageNotFoundException", "RepositoryNotFoundException"}


def digest_of(manifest: str) -> str:
    """The digest under which a registry files a manifest."""
    return f"sha256:{hashlib.sha256(manifest.encode()).hexdigest()}"


def children_of(manifest: str) -> list[str]:
    """The digests of the manifests that an index lists; none for anything else."""
    try:
        content = json.loads(manifest)
        return [entry["digest"] for entry in content.get("manifests", [])]
    except (ValueError, AttributeError, KeyError, TypeError):
        return []


@dataclass(frozen=True)
class Image:
    """A manifest as it was pushed."""

    repository: str
    digest: str
    manifest: str
    media_type: str | None
    tag: str | None

    @property
    def request(self) -> dict[str, str]:
        """PutImage's parameters, without the tag."""
        media_type = {"imageManifestMediaType": self.media_type} if self.media_type else {}
        return {"repositoryName": self.repository, "imageManifest": self.manifest, **media_type}


@dataclass(frozen=True)
class Images:
    """Reads and writes images of the emulator."""

    aws: Aws

    def find(self, region: str, repository: str, image_id: dict[str, str]) -> dict[str, Any] | None:
        """The details of an image; an id with both digest and tag has to fit in both.

        Raises:
            ClientError: the repository does not exist.
        """
        answer = self._ecr(region).describe_images(repositoryName=repository, imageIds=[image_id])
        return next((dict(detail) for detail in answer["imageDetails"] if fits(detail, image_id)), None)

    def every(self, region: str) -> list[Image]:
        """Every image of a region, once for each of its tags."""
        ecr = self._ecr(region)
        repositories = ecr.get_paginator("describe_repositories").paginate().search("repositories[].repositoryName")
        return [image for name in repositories for image in self._all_of(ecr, name)]

    def _all_of(self, ecr: Any, repository: str) -> Iterator[Image]:
        details = ecr.get_paginator("describe_images").paginate(repositoryName=repository).search("imageDetails[]")
        for detail in list(details):
            digest = detail["imageDigest"]
            (found,) = ecr.batch_get_image(repositoryName=repository, imageIds=[{"imageDigest": digest}])["images"]
            for tag in detail.get("imageTags") or [None]:
                media_type = found.get("imageManifestMediaType")
                yield Image(repository, digest, found["imageManifest"], media_type, tag)

    def arrive(self, region: str, image: Image) -> str | None:
        """Store a replicated image, its repository too; the tag that it got, none if another image may keep it."""
        ecr = self._ecr(region)
        with contextlib.suppress(ecr.exceptions.RepositoryAlreadyExistsException):
            ecr.create_repository(repositoryName=image.repository)
        if image.tag is None:
            ecr.put_image(**image.request)
            return None
        try:
            ecr.put_image(**image.request, imageTag=image.tag)
        except ClientError as error:
            if error.response["Error"]["Code"] != "ImageTagAlreadyExistsException":
                raise
            ecr.put_image(**image.request)
            return image.tag if self._has(region, image) else None
        return image.tag

    def _has(self, region: str, image: Image) -> bool:
        wanted = {"imageDigest": image.digest, "imageTag": image.tag or ""}
        return self.find(region, image.repository, wanted) is not None

    def _ecr(self, region: str) -> Any:
        return self.aws.client("ecr", region)


def fits(detail: dict[str, Any], image_id: dict[str, str]) -> bool:
    """Whether an image has the digest and the tag that an id names."""
    digest, tag = image_id.get("imageDigest"), image_id.get("imageTag")
    return digest in (None, detail["imageDigest"]) and (tag is None or tag in detail.get("imageTags", []))
