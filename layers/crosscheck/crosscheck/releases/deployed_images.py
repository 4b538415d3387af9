"""Which images a release deploys: those that its judges saw were meant."""

from collections.abc import Iterator, Mapping

from crosscheck.errors import ConfigurationError
from crosscheck.images.reference import parse_reference
from crosscheck.ledger import facts
from crosscheck.ledger.subjects import ImageSubject
from crosscheck.ledger.table import Record


def images_of(records: Mapping[str, Record]) -> tuple[ImageSubject, ...]:
    """The images that lie in an ECR registry, as far as a gate resolved their digests; sorted, each once."""
    listed = [
        image
        for name, record in records.items()
        if name.startswith(facts.VERDICTS)
        for finding in record.latest.get("findings", [])
        for image in finding.get("images", [])
    ]
    found = {image.key: image for each in listed for image in _image(each["reference"], each["digest"])}
    return tuple(found[key] for key in sorted(found))


def _image(text: str, digest: str) -> Iterator[ImageSubject]:
    try:
        reference = parse_reference(text)
    except ConfigurationError:
        return
    if reference.registry:
        yield ImageSubject(reference.registry.region, reference.repository, digest)
