"""Which images a release deploys: those that its judges saw were meant."""

from collections.abc import Iterator, Mapping

from crosscheck.errors import ConfigurationError
from crosscheck.images.reference import DIGEST, parse_reference
from crosscheck.ledger import facts
from crosscheck.ledger.known_facts import KnownFacts
from crosscheck.ledger.subjects import ImageSubject


def images_of(known: KnownFacts) -> tuple[ImageSubject, ...]:
    """The images that lie in an ECR registry, as far as a judge resolved their digests; sorted, each once."""
    findings = (finding for verdict in known.verdicts for finding in verdict.judged.findings)
    found = {image.key: image for finding in findings for image in _intended(finding.values)}
    return tuple(found[key] for key in sorted(found))


def _intended(values: Mapping[str, str]) -> Iterator[ImageSubject]:
    for name, digest in values.items():
        reference = values.get(facts.INTENDED + name.removeprefix(facts.INTENDED_DIGEST), "")
        if name.startswith(facts.INTENDED_DIGEST) and DIGEST.fullmatch(digest) and reference:
            yield from _image(reference, digest)


def _image(text: str, digest: str) -> Iterator[ImageSubject]:
    try:
        reference = parse_reference(text)
    except ConfigurationError:
        return
    if reference.registry:
        yield ImageSubject(reference.registry.region, reference.repository, digest)
