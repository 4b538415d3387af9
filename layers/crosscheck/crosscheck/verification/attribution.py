"""Whose doing it is: what of a look is about the deployments that are judged, and what is about later ones. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from crosscheck.contracts.verdicts import Finding, Verdict

GAVE_WAY = "gave way to a later deployment"
TAKEN_BACK = "it was taken back"


@dataclass(frozen=True)
class CheckResult:
    """What one check saw in this look. ``of_the_region`` marks a check, as of a page or an alarm, that sees whatever is
    deployed in the region and cannot tell whose it is. ``taken_back`` says what became of Crosscheck's own rollback of
    what is judged; it is empty where there was none."""

    check: str
    region: str
    finding: Finding
    of_the_region: bool = False
    taken_back: str = ""


def attributed(looks: Sequence[CheckResult]) -> list[CheckResult]:
    """The same looks, where what is not about the deployments that are judged is INCONCLUSIVE, and has ``moved_on``.

    Every check of a deployment tells by itself whether something later is there. What it shows to have failed by itself
    stays a FAIL, also beside others that gave way. What Crosscheck's own rollback replaced has failed, too.
    """
    moved = {look.region for look in looks if look.finding.moved_on}
    return [replace(look, finding=_gave_way(look)) if _is_later(look, moved) else look for look in looks]


def _is_later(look: CheckResult, moved: set[str]) -> bool:
    if look.finding.moved_on:
        return True
    return look.of_the_region and look.region in moved and look.finding.verdict is not Verdict.PASS


def _gave_way(look: CheckResult) -> Finding:
    finding = look.finding
    if finding.moved_on and look.taken_back:
        reason = f"{TAKEN_BACK}: {look.taken_back}"
        return replace(finding, verdict=Verdict.FAIL, reason=reason, waits=False)
    reason = f"{GAVE_WAY}: {finding.reason}"
    return replace(finding, verdict=Verdict.INCONCLUSIVE, reason=reason, moved_on=True, waits=False)
