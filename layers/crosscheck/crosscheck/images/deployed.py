"""What an image reference stood for when it was deployed.

A tag is resolved once, by the service that deploys. What that service recorded prevails over a later look into the
registry, since a tag may move on to the next build while a release is observed.
"""

from dataclasses import replace
from datetime import UTC, datetime

from crosscheck.aws_errors import AWS_ERRORS, denied, explain, ignoring
from crosscheck.clients import Clients
from crosscheck.images import digests, tags
from crosscheck.images.digests import IntendedImage, read_image, resolve
from crosscheck.images.reference import ImageReference, Registry, short
from crosscheck.images.tags import is_immutable

PERMISSIONS = digests.PERMISSIONS | tags.PERMISSIONS | {"ecr:DescribeImageReplicationStatus", "ecr:DescribeImages"}


def deployed_image(reference: ImageReference, pinned: str, at: float, aws: Clients) -> IntendedImage:
    """The image that a deployment of ``at`` (epoch seconds) was given. ``pinned`` is the digest that the deploying
    service recorded for it, empty where it recorded none; the registry is asked for the rest."""
    if reference.names_digest or reference.registry is None:
        return resolve(reference, aws)
    now = resolve(replace(reference, digest=""), aws)
    image = now
    if pinned and not now.accepts(pinned):
        recorded = resolve(replace(reference, digest=pinned), aws)
        image = replace(recorded, reference=reference, moved_to=now.digest)
    return _compared(replace(image, floating=not pinned), reference.registry, at, aws)


def _compared(image: IntendedImage, registry: Registry, at: float, aws: Clients) -> IntendedImage:
    """The image, with what the home region has under its tag: that the tag moved on, or that it may have stayed behind.

    A registry that gets its images from the home region may get a digest late, or without its tag. Only an image that
    the home region had before the deployment may have been what was meant, or any where the tag never moves here.
    """
    if registry.region == aws.home_region or not image.digest:
        return image
    try:
        source = _in_home(image.reference, registry, aws)
        if not source.digest or _same(image, source) or not _replicates(source, registry, aws):
            return image
        why = _stays_behind(source, registry, at, aws)
    except AWS_ERRORS as error:
        # Another account's registry may be closed to us in one region and open in the other.
        unknown = f"whether the tag stayed behind is unknown: {explain(error, aws.home_region)}"
        return image if denied(error) else replace(image, doubt=unknown)
    if not why:
        return replace(image, moved_to=image.moved_to or source.digest)
    name = f"{image.reference.repository}:{image.reference.tag}"
    here, there = f"{short(image.digest)} in {registry.region}", f"{short(source.digest)} in {aws.home_region}"
    return replace(image, doubt=f"{name} is {here} and {there}, {why}: the tag may have stayed behind")


def _stays_behind(source: IntendedImage, registry: Registry, at: float, aws: Clients) -> str:
    """Why the home region's image may have been meant by a deployment of ``at``; empty where it came later."""
    found = aws.client("ecr", aws.home_region).describe_images(
        registryId=registry.account,
        repositoryName=source.reference.repository,
        imageIds=[{"imageDigest": source.digest}],
    )
    pushed = found["imageDetails"][0].get("imagePushedAt")
    if pushed is None or pushed <= datetime.fromtimestamp(at, UTC):
        return "which was pushed before the deployment"
    here = aws.client("ecr", registry.region)
    if is_immutable(here, source.reference.repository, source.reference.tag, registry.account):
        return f"and tags are immutable in {registry.region}"
    return ""


def _same(image: IntendedImage, source: IntendedImage) -> bool:
    return source.accepts(image.digest) or image.accepts(source.digest)


def _in_home(reference: ImageReference, registry: Registry, aws: Clients) -> IntendedImage:
    """The same reference in the home region's registry; without a digest where that has none."""
    there = reference.in_region(aws.home_region)
    with ignoring("RepositoryNotFoundException"):
        return read_image(there, replace(registry, region=aws.home_region), aws)
    return IntendedImage(there)


def _replicates(source: IntendedImage, registry: Registry, aws: Clients) -> bool:
    """Whether ECR brings the home region's image to the registry, or tried to."""
    answer = aws.client("ecr", aws.home_region).describe_image_replication_status(
        registryId=registry.account,
        repositoryName=source.reference.repository,
        imageId={"imageDigest": source.digest},
    )
    return any(
        (status.get("region"), status.get("registryId", registry.account)) == (registry.region, registry.account)
        for status in answer.get("replicationStatuses", [])
    )
