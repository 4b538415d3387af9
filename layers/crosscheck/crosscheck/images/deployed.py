"""What an image reference stood for when it was deployed.

A tag is resolved once, by the service that deploys. What that service recorded prevails over a later look into the
registry, since a tag may move on to the next build while a release is observed.
"""

from dataclasses import replace
from datetime import UTC, datetime

from crosscheck.aws_errors import AWS_ERRORS, denied, explain, ignoring
from crosscheck.clients import Clients
from crosscheck.images import digests
from crosscheck.images.digests import IntendedImage, read_image, resolve
from crosscheck.images.reference import ImageReference, Registry, short

PERMISSIONS = digests.PERMISSIONS | {"ecr:DescribeImageReplicationStatus", "ecr:DescribeImages"}
LIMIT, PAGE_SIZE = 5_000, 1_000  # images of a repository


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
    return replace(image, floating=not pinned, doubt=_left_behind(image, reference.registry, at, aws))


def _left_behind(image: IntendedImage, registry: Registry, at: float, aws: Clients) -> str:
    """Why the tag may still have stood for an older image in this registry when it was deployed; empty where not.

    A registry that gets its images from the home region may get a digest without its tag: where the tag is there
    already, and immutable. Images that were pushed after the deployment only moved the tag on. So the deployed one is
    trusted where the home region has it under the tag as well, or had nothing newer when it was deployed.
    """
    home = aws.home_region
    if registry.region == home or not image.digest:
        return ""
    try:
        source = _in_home(image.reference, registry, aws)
        if not source.digest or _same(image, source) or not _replicates(source, registry, aws):
            return ""
        newest = _newest_before(image.reference, registry, at, aws)
    except AWS_ERRORS as error:
        # Another account's registry may be closed to us in one region and open in the other.
        return "" if denied(error) else f"whether the tag stayed behind is unknown: {explain(error, home)}"
    if newest.digest and _same(image, newest):
        return ""
    name = f"{image.reference.repository}:{image.reference.tag}"
    return (
        f"{name} is {short(image.digest)} in {registry.region} and {short(source.digest)} in {home}, which had newer "
        f"images before the deployment: the tag may have stayed behind in {registry.region}"
    )


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


def _newest_before(reference: ImageReference, registry: Registry, at: float, aws: Clients) -> IntendedImage:
    """What was pushed last to the home region before ``at``; without a digest if there is none, or if there are more
    images than are read."""
    there, moment = reference.in_region(aws.home_region), datetime.fromtimestamp(at, UTC)
    pages = (
        aws.client("ecr", aws.home_region)
        .get_paginator("describe_images")
        .paginate(
            registryId=registry.account,
            repositoryName=reference.repository,
            PaginationConfig={"PageSize": PAGE_SIZE, "MaxItems": LIMIT + 1},
        )
    )
    details = [detail for page in pages for detail in page["imageDetails"]]
    before = [detail for detail in details if "imagePushedAt" in detail and detail["imagePushedAt"] <= moment]
    if not before or len(details) > LIMIT:
        return IntendedImage(there)
    newest = max(before, key=lambda detail: detail["imagePushedAt"])["imageDigest"]
    return read_image(replace(there, digest=newest), replace(registry, region=aws.home_region), aws)
