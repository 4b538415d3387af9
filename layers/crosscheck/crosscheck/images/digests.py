"""Which digests an image reference stands for, asked in the registry that the reference names."""

from dataclasses import dataclass

from crosscheck.aws_errors import AWS_ERRORS, explain
from crosscheck.clients import Clients
from crosscheck.images.reference import ImageReference, Registry, children

PERMISSIONS = frozenset({"ecr:BatchGetImage"})
# Without these ECR may convert a manifest, and then its digest is another one.
MEDIA_TYPES = (
    "application/vnd.oci.image.index.v1+json",
    "application/vnd.oci.image.manifest.v1+json",
    "application/vnd.docker.distribution.manifest.list.v2+json",
    "application/vnd.docker.distribution.manifest.v2+json",
)


@dataclass(frozen=True)
class IntendedImage:
    """An intended image. ``digest`` is empty where nothing says it; ``problem`` then says why, and is empty too for an
    image outside ECR, whose reference is all there is to compare.

    ``floating`` says that the digest is only what a tag stands for now: it may have been another one when it was
    deployed. ``moved_to`` is what the tag stands for by now, empty where it did not move. ``doubt`` says why the digest
    may not be the one that was built, empty where nothing speaks against it.
    """

    reference: ImageReference
    digest: str = ""
    children: frozenset[str] = frozenset()
    problem: str = ""
    floating: bool = False
    moved_to: str = ""
    doubt: str = ""

    @property
    def by_reference_only(self) -> bool:
        """Whether no registry can be asked."""
        return not self.digest and not self.problem

    def accepts(self, digest: str) -> bool:
        """Whether a task that reports this digest runs the intended image."""
        return digest == self.digest or digest in self.children


def resolve(reference: ImageReference, aws: Clients) -> IntendedImage:
    """The digests of a reference; what the registry refuses or lacks is the image's ``problem``."""
    registry = reference.registry
    if registry is None:
        return IntendedImage(reference)
    try:
        return read_image(reference, registry, aws)
    except AWS_ERRORS as error:
        return IntendedImage(reference, reference.digest, problem=explain(error, registry.region))


def read_image(reference: ImageReference, registry: Registry, aws: Clients) -> IntendedImage:
    """The same; ``registry`` is the one that the reference names.

    Raises:
        ClientError, BotoCoreError: the registry refused, or did not answer.
    """
    answer = aws.client("ecr", registry.region).batch_get_image(
        registryId=registry.account,
        repositoryName=reference.repository,
        imageIds=[{"imageDigest": reference.digest} if reference.digest else {"imageTag": reference.tag}],
        acceptedMediaTypes=list(MEDIA_TYPES),
    )
    images = answer.get("images", [])
    if not images:
        codes = ", ".join(failure.get("failureCode", "Unknown") for failure in answer.get("failures", []))
        problem = f"the registry in {registry.region} does not have {reference.text} ({codes or 'no image'})"
        return IntendedImage(reference, reference.digest, problem=problem)
    digest = images[0]["imageId"]["imageDigest"]
    return IntendedImage(reference, digest, children(images[0].get("imageManifest", "")))
