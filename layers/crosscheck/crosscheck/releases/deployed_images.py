"""Which images a release deploys: those that its judges saw were meant."""

from collections.abc import Iterator

from crosscheck.contracts.verdicts import ReleasedImage
from crosscheck.errors import ConfigurationError
from crosscheck.images.reference import DIGEST, parse_reference
from crosscheck.ledger.known_facts import KnownFacts
from crosscheck.ledger.subjects import ImageSubject


def images_of(known: KnownFacts) -> tuple[ImageSubject, ...]:
    """The images that lie in an ECR registry, as far as a judge resolved their digests; sorted, each once."""
    released = {image for verdict in known.verdicts for finding in verdict.judged.findings for image in finding.images}
    found = {subject.key: subject for image in released for subject in _in_ecr(image)}
    return tuple(found[key] for key in sorted(found))


def _in_ecr(image: ReleasedImage) -> Iterator[ImageSubject]:
    if not DIGEST.fullmatch(image.digest):
        return
    try:
        reference = parse_reference(image.reference)
    except ConfigurationError:
        return
    if reference.registry:
        yield ImageSubject(reference.registry.region, reference.repository, image.digest)
