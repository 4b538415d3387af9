from __future__ import annotations

import pytest

from crosscheck.clients import Clients
from crosscheck.contracts.check import PlannedCheck
from crosscheck.contracts.verdicts import Verdict
from crosscheck.pipelines.runs import ActionRun
from crosscheck.registry.checks import run_check


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
