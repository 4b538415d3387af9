"""Which manifests of an image a registry has: the image itself, and every manifest that an index points to.

Index and child manifests are replicated one by one, so each of them is asked for by its digest.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from itertools import batched
from typing import TYPE_CHECKING, TypedDict

from crosscheck.aws_errors import ignoring
from crosscheck.errors import CrosscheckError
from crosscheck.images import digests
from crosscheck.images.digests import MEDIA_TYPES
from crosscheck.images.reference import children, short

if TYPE_CHECKING:
    from mypy_boto3_ecr import ECRClient
    from mypy_boto3_ecr.type_defs import ImageDetailTypeDef, ImageIdentifierTypeDef

PERMISSIONS = frozenset({"ecr:DescribeImages"}) | digests.PERMISSIONS
DESCRIBE_LIMIT = 100
# Manifests of these types point to no others.
SINGLE_TYPES = frozenset(kind for kind in MEDIA_TYPES if "index" not in kind and "list" not in kind)


class UnreadableManifestError(CrosscheckError):
    """The registry has the index, but does not give it out."""


class OfRegistry(TypedDict, total=False):
    """The registry that is asked, where it is not our own."""

    registryId: str


@dataclass(frozen=True)
class SourceImage:
    """An image and the registry that it was pushed to. ``account`` is the registry's, empty for our own; ``tag`` is
    empty where only the digest is known."""

    repository: str
    digest: str
    region: str
    account: str = ""
    tag: str = ""

    @property
    def name(self) -> str:
        """The image as people read it."""
        return f"{self.repository}@{short(self.digest)}"

    @property
    def of_registry(self) -> OfRegistry:
        """What every question adds in order to reach that registry."""
        return {"registryId": self.account} if self.account else {}


@dataclass(frozen=True)
class Replica:
    """What a registry has of an image; ``repository`` tells whether it has the repository at all."""

    found: Mapping[str, ImageDetailTypeDef]
    missing: frozenset[str]
    repository: bool = True

    @property
    def archived(self) -> tuple[str, ...]:
        """Those of the manifests that cannot be pulled before somebody restores them."""
        return tuple(sorted(d for d, detail in self.found.items() if detail.get("imageStatus", "ACTIVE") != "ACTIVE"))

    def tagged(self, image: SourceImage) -> bool:
        """Whether the registry has the image, which is found, under its tag; True where no tag is known."""
        return not image.tag or image.tag in self.found[image.digest].get("imageTags", [])


def pushed_at(detail: ImageDetailTypeDef) -> float:
    """When a registry got a manifest, in epoch seconds; 0 where ECR does not say."""
    return detail["imagePushedAt"].timestamp() if "imagePushedAt" in detail else 0.0


def read_replica(client: ECRClient, image: SourceImage) -> Replica:
    """What the client's registry has of the image.

    Raises:
        UnreadableManifestError: an index is there, but cannot be read.
    """
    found: dict[str, ImageDetailTypeDef] = {}
    missing: set[str] = set()
    wanted = {image.digest}
    while wanted:
        try:
            seen = _describe_all(client, image, [{"imageDigest": digest} for digest in sorted(wanted)])
        except client.exceptions.RepositoryNotFoundException:
            return Replica({}, frozenset({image.digest}), repository=False)
        found |= seen
        missing |= wanted - seen.keys()
        parts = [_children(client, image, detail) for detail in seen.values()]
        wanted = {child for part in parts for child in part} - found.keys() - missing
    return Replica(found, frozenset(missing))


def describe(
    client: ECRClient, image: SourceImage, wanted: Collection[ImageIdentifierTypeDef]
) -> Mapping[str, ImageDetailTypeDef]:
    """Those of the ``wanted`` images that the repository has, by digest; none where there is no such repository."""
    with ignoring("RepositoryNotFoundException"):
        return _describe_all(client, image, wanted)
    return {}


def _describe_all(
    client: ECRClient, image: SourceImage, wanted: Collection[ImageIdentifierTypeDef]
) -> Mapping[str, ImageDetailTypeDef]:
    found: dict[str, ImageDetailTypeDef] = {}
    for some in batched(wanted, DESCRIBE_LIMIT, strict=False):
        found |= _describe(client, image, some)
    return found


def _describe(
    client: ECRClient, image: SourceImage, wanted: tuple[ImageIdentifierTypeDef, ...]
) -> Mapping[str, ImageDetailTypeDef]:
    """ECR refuses the whole question for one image that is absent, so then each half is asked for by itself."""
    try:
        answer = client.describe_images(repositoryName=image.repository, imageIds=list(wanted), **image.of_registry)
    except client.exceptions.ImageNotFoundException:
        if len(wanted) == 1:
            return {}
        half = len(wanted) // 2
        return {**_describe(client, image, wanted[:half]), **_describe(client, image, wanted[half:])}
    return {detail["imageDigest"]: detail for detail in answer.get("imageDetails", [])}


def _children(client: ECRClient, image: SourceImage, detail: ImageDetailTypeDef) -> frozenset[str]:
    if detail.get("imageManifestMediaType", "") in SINGLE_TYPES:
        return frozenset()
    digest = detail["imageDigest"]
    answer = client.batch_get_image(
        repositoryName=image.repository,
        imageIds=[{"imageDigest": digest}],
        acceptedMediaTypes=list(MEDIA_TYPES),
        **image.of_registry,
    )
    if not answer.get("images"):
        codes = ", ".join(failure.get("failureCode", "Unknown") for failure in answer.get("failures", []))
        raise UnreadableManifestError(f"{short(digest)} cannot be read in {client.meta.region_name} ({codes})")
    return children(answer["images"][0].get("imageManifest", ""))
