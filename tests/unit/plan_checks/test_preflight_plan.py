from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from botocore.exceptions import ClientError

from crosscheck.contracts.verdicts import Finding, RegionVerdict, Verdict
from crosscheck.ledger.known_facts import KnownFacts
from crosscheck.ledger.proof_facts import EarliestState
from crosscheck.ledger.subjects import DeployTarget
from crosscheck.ledger.table import Fact
from crosscheck.ledger.verdict_facts import IgnoredRelease, PreflightSeen
from crosscheck.verification.item import Purpose
from tests.fakes.codepipeline_plans import CANARY, EXECUTION, PIPELINE, STARTED, deploys, source, stage
from tests.fakes.json_protocol import RefusedError
from tests.unit.plan_checks.conftest import SUBJECT

if TYPE_CHECKING:
    from tests.unit.plan_checks.conftest import Account


# Who judges what the canary deploys.
JUDGES = {
    ("DeployPrimary", "us-east-1"): ("ValidatePrimary/Validate-US-East",),
    ("DeploySecondary", "ap-southeast-1"): ("ValidateSecondary/Validate-Secondary",),
    ("DeploySecondary", "eu-west-1"): ("ValidateSecondary/Validate-Secondary",),
}


def judges(account: Account) -> dict[tuple[str, str], tuple[str, ...]]:
    """Who judges each region, as the ledger knows it."""
    known = KnownFacts(account.ledger.read(SUBJECT)).judges
    return {place: known[place].gates for place in known}


def problem(account: Account) -> str:
    """What the ledger says is wrong with the plan; empty where nothing is."""
    account.preflight()
    record = account.ledger.read(SUBJECT).get("plan")
    return record.latest["problem"] if record else ""


def test_every_region_that_the_pipeline_touches_is_looked_at(account: Account) -> None:
    items = account.preflight()
    assert [item.region for item in items] == ["ap-southeast-1", "eu-west-1", "us-east-1"]
    assert {(item.purpose, item.since, item.mode) for item in items} == {(Purpose.PREFLIGHT, account.now, "off")}
    assert {check.region for item in items for check in item.checks if check.region != item.region} == set()
    assert [check.kind for check in items[1].checks] == ["artifact-store", "image-replication", "ecs-service"]


def test_nothing_wrong_is_no_fact_and_no_card(account: Account) -> None:
    account.publish('{"checks": [{"kind": "http", "url": "https://{region}.example.com/"}]}')
    account.tag(rollback="suggest")
    assert problem(account) == ""
    assert account.cards.told == []


@pytest.mark.parametrize(
    ("plan", "words"),
    [
        ("[]", "the plan: expected a JSON object"),
        ('{"soak": 1}', "the plan: unknown key 'soak'"),
        ('{"checks": [{"kind": "nonsense"}]}', "checks: no check 'nonsense'"),
        ('{"checks": [{"kind": "http", "url": 5}]}', "checks: url of http must be"),
    ],
)
def test_what_is_wrong_with_the_plan_is_told_before_anything_is_deployed(
    account: Account, plan: str, words: str
) -> None:
    account.publish(plan)
    assert words in problem(account)
    assert account.cards.told == [SUBJECT.key]


@pytest.mark.parametrize(
    ("tags", "words"),
    [
        ({"rollback": "always"}, "the tag crosscheck:rollback must be"),
        ({"plan": "/elsewhere/secret"}, "plan must be the name of an SSM parameter under /crosscheck/plans/"),
        ({"plan": "/crosscheck/plans/absent"}, "there is no SSM parameter of that name in us-east-1"),
    ],
)
def test_what_is_wrong_with_the_tags_is_told(account: Account, tags: dict[str, str], words: str) -> None:
    account.tag(**tags)
    assert words in problem(account)


def test_a_wrong_plan_takes_nothing_from_the_preflight(account: Account) -> None:
    account.publish("{")
    assert len(account.preflight()) == 3


def test_a_plan_is_read_as_every_stage_that_deploys_will_read_it(account: Account) -> None:
    """An image can be told from an ECS action only: the second stage has none."""
    site = deploys("Site", "eu-west-1", "S3", BucketName="b", ObjectKey="k")
    account.codepipeline.define([source(), *CANARY[1:2], stage("Others", site)])
    account.publish(json.dumps({"checks": [{"kind": "ecr-image"}]}))
    assert "no ECS action of eu-west-1" in problem(account)


def test_who_judges_each_region_is_a_fact_before_anything_is_deployed(account: Account) -> None:
    account.preflight()
    assert judges(account) == JUDGES


def test_a_rollback_is_judged_by_the_gates_of_its_own_stage_alone(account: Account) -> None:
    account.codepipeline.kinds[EXECUTION] = "ROLLBACK"
    account.preflight()
    assert judges(account) == dict.fromkeys(JUDGES, ())


def test_an_ignored_pipeline_is_left_alone(account: Account) -> None:
    account.tag(ignore="yes", rollback="always")
    assert account.preflight() == []
    judged = {f"judge/{stage}/{region}" for stage, region in JUDGES}
    assert set(account.ledger.read(SUBJECT)) == judged | {"ignored"}


def test_f54_what_aws_refuses_is_asked_again_by_the_state_machine(account: Account) -> None:
    account.codepipeline.refuse("GetPipeline", RefusedError("ThrottlingException"))
    with pytest.raises(ClientError, match="ThrottlingException"):
        account.preflight()


def test_a_pipeline_that_is_gone_says_so(account: Account) -> None:
    del account.codepipeline.pipelines[PIPELINE]
    with pytest.raises(ClientError, match="PipelineNotFoundException"):
        account.preflight()


BEFORE = EXECUTION[:-1] + "f"


def remarked(account: Account, execution: str, *warnings: str) -> None:
    """What preflight saw of an earlier execution: it passed, with these warnings."""
    findings = [Finding("store", "b", Verdict.PASS, "", warning=warning) for warning in warnings]
    seen = PreflightSeen(RegionVerdict("eu-west-1", Verdict.PASS, "", tuple(findings)), account.now)
    account.ledger.merge(replace(SUBJECT, execution=execution), seen.to_fact())
    account.codepipeline.executions.setdefault(execution, [])


def seen_before_all(account: Account, *before: Fact) -> EarliestState | None:
    """What is known from before any release, after an execution of which these facts are known has deployed."""
    account.codepipeline.listed = [EXECUTION, BEFORE]
    for fact in before:
        account.ledger.merge(replace(SUBJECT, execution=BEFORE), fact)
    account.codepipeline.ran("DeployPrimary", "Deploy-US-East")
    account.codepipeline.executions[BEFORE] = account.codepipeline.executions[EXECUTION]
    account.codepipeline.executions[EXECUTION] = []
    account.preflight()
    target = DeployTarget("us-east-1", "ecs-service production-us/my-service")
    return KnownFacts(account.ledger.read(target)).before


def test_what_an_execution_before_deployed_unjudged_is_not_from_before_any_release(account: Account) -> None:
    seen = PreflightSeen(RegionVerdict("eu-west-1", Verdict.PASS, "", ()), account.now).to_fact()
    assert seen_before_all(account, seen) == EarliestState("", STARTED.timestamp())


def test_what_an_execution_deployed_that_was_to_be_ignored_is_no_releases(account: Account) -> None:
    assert seen_before_all(account, IgnoredRelease().to_fact(account.now)) is None


def test_the_remarks_of_the_execution_before_are_a_fact(account: Account) -> None:
    later, unseen, long_ago = (EXECUTION[:-1] + digit for digit in "abc")
    account.codepipeline.listed = [later, EXECUTION, unseen, BEFORE, long_ago]
    remarked(account, later, "told later")
    remarked(account, BEFORE, "not versioned")
    remarked(account, long_ago, "mended")
    account.preflight()
    assert KnownFacts(account.ledger.read(SUBJECT)).earlier_remarks == {"not versioned"}


def test_what_would_have_broken_the_execution_before_is_no_remark(account: Account) -> None:
    account.codepipeline.listed = [EXECUTION, BEFORE]
    seen = RegionVerdict("eu-west-1", Verdict.FAIL, "", (Finding("store", "b", Verdict.FAIL, "no store"),))
    account.ledger.merge(replace(SUBJECT, execution=BEFORE), PreflightSeen(seen, account.now).to_fact())
    account.codepipeline.executions[BEFORE] = []
    account.preflight()
    assert KnownFacts(account.ledger.read(SUBJECT)).earlier_remarks == frozenset()


@pytest.mark.parametrize("listed", [[EXECUTION], [BEFORE], []])
def test_without_an_execution_before_there_are_no_earlier_remarks(account: Account, listed: list[str]) -> None:
    account.codepipeline.listed = listed
    remarked(account, BEFORE, "not versioned")
    account.preflight()
    assert KnownFacts(account.ledger.read(SUBJECT)).earlier_remarks == frozenset()
