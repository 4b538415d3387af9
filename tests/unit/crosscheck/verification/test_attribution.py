from __future__ import annotations

from crosscheck.contracts.verdicts import Finding, Verdict
from crosscheck.verification.attribution import CheckResult, attributed

REGION = "eu-west-1"


def test_what_gave_way_waits_for_nothing() -> None:
    """It is settled: a wait for a window would hold the clock of a judge who has nothing to look at any more."""
    late = Finding("window", "night", Verdict.PENDING, "closed", waits=True)
    moved = Finding("ecs-service", "a", Verdict.FAIL, "a:8 runs", moved_on=True, baselines={"ecs-service a": "a:7"})
    window, service = attributed([CheckResult("1", REGION, late, of_the_region=True), CheckResult("2", REGION, moved)])
    assert window.finding == Finding(
        "window", "night", Verdict.INCONCLUSIVE, "gave way to a later deployment: closed", moved_on=True
    )
    assert service.finding == Finding(
        "ecs-service",
        "a",
        Verdict.INCONCLUSIVE,
        "gave way to a later deployment: a:8 runs",
        moved_on=True,
        baselines={"ecs-service a": "a:7"},
    )
