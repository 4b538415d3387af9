"""Which of two deployments of a group came after the other, and which takes it back."""

from __future__ import annotations

from dataclasses import replace

import pytest

from crosscheck.contracts.verdicts import Verdict
from crosscheck.services.codedeploy.deployments import DeployedRevision, GroupDeployment
from crosscheck.services.codedeploy.rules import MARKER, judge_deployment, takes_back, took_over

OURS = GroupDeployment("d-1", "shop", "fleet", "Failed", 100.0, DeployedRevision("s3://b/7", {}))
OTHER = replace(OURS, id="d-2", status="Succeeded", revision=DeployedRevision("s3://b/6", {}))


def test_a_deployment_of_the_same_moment_may_have_come_after_ours() -> None:
    assert took_over(OURS, OTHER)
    assert not took_over(OURS, replace(OTHER, created=99.0))


def test_nothing_takes_back_what_is_no_deployment() -> None:
    assert takes_back(replace(OTHER, undoes="d-1"), "d-1")
    assert takes_back(replace(OTHER, description=f"{MARKER}d-1"), "d-1")
    assert not takes_back(OTHER, "")
    assert not takes_back(OTHER, "d-1")


@pytest.mark.parametrize(
    ("ours", "newest", "words"),
    [
        ({"rolled_back_by": "d-9"}, OURS, "CodeDeploy rolled back: d-1 Failed, auto-rollback d-9"),
        ({}, replace(OTHER, undoes="d-1"), "CodeDeploy rolled back: d-1 Failed, auto-rollback d-2"),
        ({"rolled_back_by": "d-2"}, OTHER, "CodeDeploy rolled back: d-1 Failed, auto-rollback d-2"),
        ({}, OTHER, "moved on: d-2 (Succeeded) came after d-1 Failed"),
    ],
)
def test_who_took_the_place_of_a_failed_deployment_is_told(
    ours: dict[str, str], newest: GroupDeployment, words: str
) -> None:
    outcome = judge_deployment(replace(OURS, **ours), newest, "shop", "fleet")  # type: ignore[arg-type]  # texts
    assert outcome
    assert (outcome.verdict, outcome.reason) == (Verdict.FAIL, words)


@pytest.mark.parametrize(("status", "verdict"), [("InProgress", Verdict.PENDING), ("Paused", Verdict.INCONCLUSIVE)])
def test_a_status_that_nobody_knows_proves_nothing(status: str, verdict: Verdict) -> None:
    moving = replace(OURS, status=status)
    outcome = judge_deployment(moving, moving, "shop", "fleet")
    assert outcome
    assert outcome.verdict is verdict
