"""A pushed image on its way into its regions, folded from the facts of the ledger."""

from crosscheck.ledger.image_facts import REPLICATION
from crosscheck.ledger.known_facts import KnownFacts
from crosscheck.ledger.subjects import ImageSubject
from crosscheck.releases.model import ImageArrival, RegionProgress, RegionState
from crosscheck.releases.region_verdicts import progress_of

# What the regions say together is the first of these that one of them says.
_PRECEDENCE = (RegionState.FAILED, RegionState.VERIFYING, RegionState.UNKNOWN, RegionState.PASSED)


def fold_image(subject: ImageSubject, known: KnownFacts) -> ImageArrival:
    """What the facts tell of an image; a region of which nothing is known yet is being verified."""
    destinations, image = known.destinations, known.image
    regions = tuple(_region(region, known) for region in (destinations.regions if destinations else ()))
    states = {part.state for part in regions}
    return ImageArrival(
        subject=subject,
        version=known.version,
        state=next((state for state in _PRECEDENCE if state in states), RegionState.VERIFYING),
        tag=image.tag if image else "",
        pushed=image.pushed if image else None,
        regions=regions,
    )


def _region(region: str, known: KnownFacts) -> RegionProgress:
    for verdict in known.verdicts_on(REPLICATION, region):
        return progress_of(verdict, running=True)
    return RegionProgress(region, RegionState.VERIFYING)
