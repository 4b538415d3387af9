from __future__ import annotations

import threading
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from crosscheck.clients import Clients
from crosscheck.contracts.check import PlannedCheck
from crosscheck.contracts.verdicts import Verdict
from crosscheck.pipelines.runs import ActionRun
from crosscheck.registry.checks import run_check
from crosscheck.registry.services import EVERY_CHECK
from crosscheck.services.codedeploy.state import GroupState
from crosscheck.services.ecs.state import ServiceState
from crosscheck.services.lambda_.check import LambdaAlias

if TYPE_CHECKING:
    from crosscheck.contracts.verdicts import Finding


@pytest.mark.parametrize(
    ("status", "verdict", "reason"),
    [
        ("Succeeded", Verdict.INCONCLUSIVE, "no check for provider AppConfig"),
        ("Failed", Verdict.FAIL, "deploy action Bring failed"),
        ("InProgress", Verdict.PENDING, "deploy action Bring is in progress"),
    ],
)
def test_an_action_that_failed_is_a_failure_even_where_there_is_no_check_for_it(
    status: str, verdict: Verdict, reason: str
) -> None:
    run = ActionRun("Deploy", "Bring", status, 0.0)
    planned = PlannedCheck("AppConfig", "eu-west-1", {"action": "Bring"}, run, "no check for provider AppConfig")
    finding = run_check(planned, Clients())
    assert (finding.verdict, finding.reason) == (verdict, reason)


def test_an_action_that_failed_has_failed_though_its_region_does_not_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    """The region is impaired: that is why the action failed. Its service is only asked what the action had brought."""
    run = ActionRun("Deploy", "Bring", "Failed", 0.0, external="d-1")
    planned = PlannedCheck("lambda-alias", "eu-west-1", {"function": "f", "alias": "live"}, run)
    asked = threading.Event()

    def hangs(_self: LambdaAlias, check: PlannedCheck, _aws: Clients) -> Finding:
        asked.wait(60)
        return check.finding(Verdict.PASS, "late")

    monkeypatch.setattr(LambdaAlias, "run", hangs)
    monkeypatch.setattr("crosscheck.registry.checks.BROUGHT_SECONDS", 0.1)
    finding = run_check(planned, Clients())
    asked.set()
    assert (finding.verdict, finding.reason, finding.baselines) == (Verdict.FAIL, "deploy action Bring failed", {})


@pytest.mark.parametrize("verdict", list(Verdict))
def test_a_look_for_a_baseline_only_is_never_reported(verdict: Verdict, monkeypatch: pytest.MonkeyPatch) -> None:
    planned = PlannedCheck("lambda-alias", "eu-west-1", {"function": "f", "alias": "live"}, baseline_only=True)

    def run(_self: LambdaAlias, check: PlannedCheck, _aws: Clients) -> Finding:
        return replace(check.finding(verdict, "version 7"), warning="a remark on what ran before")

    monkeypatch.setattr(LambdaAlias, "run", run)
    finding = run_check(planned, Clients())
    assert (finding.verdict, finding.warning) == (Verdict.PASS, "")


def test_a_look_for_a_baseline_only_that_crashes_is_not_reported_either(monkeypatch: pytest.MonkeyPatch) -> None:
    planned = PlannedCheck("lambda-alias", "eu-west-1", {"function": "f", "alias": "live"}, baseline_only=True)

    def run(_self: LambdaAlias, _check: PlannedCheck, _aws: Clients) -> Finding:
        raise ZeroDivisionError

    monkeypatch.setattr(LambdaAlias, "run", run)
    assert run_check(planned, Clients()).verdict is Verdict.PASS


DIGEST = f"sha256:{'4d' * 32}"
TASKS = "arn:aws:ecs:eu-west-1:111122223333:task-definition/my-service:3"


@pytest.mark.parametrize(
    ("kind", "state", "words"),
    [
        (
            "ecs-service",
            ServiceState(TASKS, {"app": DIGEST, "proxy": DIGEST}).text,
            "my-service:3 (sha256:4d4d4d4d4d4d)",
        ),
        ("ecs-service", ServiceState(TASKS).text, "my-service:3"),
        ("ecs-service", "", ""),
        ("codedeploy", GroupState("s3://b/release@v2", {"app": DIGEST}).text, "s3://b/release@v2"),
        ("codedeploy", "s3://b/release@v2", "s3://b/release@v2"),
        (
            "cloudformation-stack",
            "1800000000.000 arn:aws:cloudformation:…:stack/s/1",
            "arn:aws:cloudformation:…:stack/s/1",
        ),
        ("elasticbeanstalk-environment", "1800000000 v7", "v7"),
        ("lambda-alias", "7", "7"),
    ],
)
def test_a_state_is_told_as_people_read_it(kind: str, state: str, words: str) -> None:
    assert EVERY_CHECK[kind].in_words(state) == words
