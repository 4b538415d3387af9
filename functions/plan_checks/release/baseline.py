"""What a region served before the release reached it, as preflight saw it."""

from collections.abc import Iterable

from crosscheck.contracts.check import PlannedCheck
from crosscheck.ledger.verdict_facts import PreflightSeen


def baselines(preflight: PreflightSeen | None, checks: Iterable[PlannedCheck], before: float) -> dict[str, str]:
    """What ran before, by the ``subject`` of each of the checks whose baseline preflight has read.

    What was read at or after ``before``, when the region's deployment began (epoch seconds), may be the release's own
    doing already: then there is no baseline.
    """
    if preflight is None or preflight.at >= before:
        return {}
    seen = {name: text for finding in preflight.judged.findings for name, text in finding.baselines.items()}
    return {check.subject: seen[check.subject] for check in checks if check.subject in seen}
