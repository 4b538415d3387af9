"""A pushed image on its way into its regions, folded from the facts of the ledger."""

from collections.abc import Mapping
from datetime import datetime

from crosscheck.ledger import facts
from crosscheck.ledger.subjects import ImageSubject
from crosscheck.ledger.table import Record, version
from crosscheck.releases.model import ImageArrival, RegionProgress, RegionState
from crosscheck.releases.region_verdicts import judged

# What the regions say together is the first of these that one of them says.
_PRECEDENCE = (RegionState.FAILED, RegionState.VERIFYING, RegionState.UNKNOWN, RegionState.PASSED)


def fold_image(subject: ImageSubject, records: Mapping[str, Record]) -> ImageArrival:
    """What the facts tell of an image; a region of which nothing is known yet is being verified."""
    regions = tuple(_region(region, records) for region in _destinations(records))
    states = {part.state for part in regions}
    image = records[facts.IMAGE].latest if facts.IMAGE in records else {}
    return ImageArrival(
        subject=subject,
        version=version(records),
        state=next((state for state in _PRECEDENCE if state in states), RegionState.VERIFYING),
        tag=image.get("tag", ""),
        pushed=datetime.fromisoformat(image["pushed"]) if "pushed" in image else None,
        regions=regions,
    )


def _destinations(records: Mapping[str, Record]) -> list[str]:
    return list(records[facts.DESTINATIONS].latest["regions"]) if facts.DESTINATIONS in records else []


def _region(region: str, records: Mapping[str, Record]) -> RegionProgress:
    verdict = records.get(facts.verdict_name(facts.REPLICATION, region))
    if verdict is None:
        return RegionProgress(region, RegionState.VERIFYING)
    return judged(region, verdict.latest, running=True)
