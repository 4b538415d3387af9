"""One look at everything that is planned."""

from collections.abc import Callable, Sequence
from functools import partial

from crosscheck.contracts.check import PlannedCheck
from crosscheck.contracts.verdicts import Finding, Verdict
from crosscheck.registry.checks import of_the_region
from crosscheck.time_limits import all_within
from crosscheck.verification.attribution import CheckResult


def look_at(
    checks: Sequence[PlannedCheck], seconds: float, run: Callable[[PlannedCheck], Finding]
) -> list[CheckResult]:
    """All checks at once. What does not answer within ``seconds`` is INCONCLUSIVE; the others keep their findings."""
    found = all_within(seconds, {number: partial(run, check) for number, check in enumerate(checks)})
    return [
        CheckResult(check.id, check.region, found.get(number) or _late(check, seconds), of_the_region(check))
        for number, check in enumerate(checks)
    ]


def _late(check: PlannedCheck, seconds: float) -> Finding:
    return check.finding(Verdict.INCONCLUSIVE, f"{check.region} did not answer within {seconds:g} seconds")
