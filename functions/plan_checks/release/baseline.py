"""What a region served before the release reached it, as preflight saw it."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from crosscheck.contracts.check import PlannedCheck
from crosscheck.ledger import facts
from crosscheck.ledger.table import Record


def baseline_of(
    records: Mapping[str, Record], checks: Iterable[PlannedCheck], region: str, before: float
) -> dict[str, str]:
    """What ran before, by the ``subject`` of each of the checks that preflight has told of.

    What was read at or after ``before``, when the region's deployment began (epoch seconds), may be the release's own
    doing already: then there is no baseline.
    """
    preflight = records.get(f"{facts.PREFLIGHTS}{region}")
    if preflight is None or datetime.fromisoformat(preflight.latest["at"]).timestamp() >= before:
        return {}
    seen = {
        name: text for finding in preflight.latest["findings"] for name, text in finding.get("baselines", {}).items()
    }
    return {check.subject: seen[check.subject] for check in checks if check.subject in seen}
