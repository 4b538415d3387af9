"""The images that the proof of a rollback expects: those of the task definition in service, with proven digests."""

from collections.abc import Mapping
from dataclasses import replace

from crosscheck.clients import Clients
from crosscheck.errors import ConfigurationError
from crosscheck.images.digests import IntendedImage, resolve
from crosscheck.images.reference import ImageReference, parse_reference
from crosscheck.services.ecs.service import ServiceSnapshot


def proven_references(seen: ServiceSnapshot, digests: Mapping[str, str]) -> Mapping[str, ImageReference]:
    """By container the image of the task definition in service, with the digest that is expected of it."""
    return {
        container: replace(_readable(seen.images.get(container, "")), digest=digest)
        for container, digest in digests.items()
    }


def proven_images(references: Mapping[str, ImageReference], aws: Clients) -> Mapping[str, IntendedImage]:
    """The images to compare with; outside ECR the digest itself is all there is."""
    return {
        container: resolve(reference, aws) if reference.registry else IntendedImage(reference, reference.digest)
        for container, reference in references.items()
    }


def _readable(image: str) -> ImageReference:
    try:
        return parse_reference(image)
    except ConfigurationError:
        return ImageReference(image, "", image, "", "")
