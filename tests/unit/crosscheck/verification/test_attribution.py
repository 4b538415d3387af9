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


def test_what_crosscheck_itself_took_back_has_failed_and_gave_way_to_nobody() -> None:
    gone = Finding("ecs-service", "app", Verdict.INCONCLUSIVE, "runs app:6", moved_on=True)
    page = Finding("http", "page", Verdict.FAIL, "answers 500")
    looks = [
        CheckResult("a", "eu-west-1", gone, taken_back="app runs app:6 again"),
        CheckResult("b", "eu-west-1", page, of_the_region=True, taken_back="app runs app:6 again"),
        CheckResult("c", "sa-east-1", gone),
    ]
    found = [each.finding for each in attributed(looks)]
    assert [(each.verdict, each.reason) for each in found] == [
        (Verdict.FAIL, "it was taken back: app runs app:6 again"),
        (Verdict.INCONCLUSIVE, "gave way to a later deployment: answers 500"),
        (Verdict.INCONCLUSIVE, "gave way to a later deployment: runs app:6"),
    ]
    assert all(each.moved_on for each in found)  # nothing of it is what the release had brought


def test_what_was_taken_back_waits_for_nothing() -> None:
    gone = Finding("elasticbeanstalk-environment", "app", Verdict.PENDING, "an update runs", moved_on=True, waits=True)
    (found,) = attributed([CheckResult("a", REGION, gone, taken_back="app runs v1 again")])
    assert not found.finding.waits
