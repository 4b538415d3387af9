"""What a region served before the release reached it, as preflight saw it."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from crosscheck import facts

if TYPE_CHECKING:
    from collections.abc import Mapping

    from crosscheck.ledger import Record


def baseline_of(records: Mapping[str, Record], region: str, before: float) -> dict[str, dict[str, str]]:
    """The values that preflight saw of each target, by ``<kind> <target>``.

    What was read at or after ``before``, when the region's deployment began (epoch seconds), may be the release's own
    doing already: then there is no baseline.
    """
    preflight = records.get(f"{facts.PREFLIGHTS}{region}")
    if preflight is None or datetime.fromisoformat(preflight.latest["at"]).timestamp() >= before:
        return {}
    return {f"{finding['kind']} {finding['target']}": finding["values"] for finding in preflight.latest["findings"]}
