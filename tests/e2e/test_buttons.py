"""What people do to releases by the buttons of their cards, and that nobody else does."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import requests

from crosscheck.ledger.known_facts import KnownFacts
from crosscheck.ledger.subjects import Subject
from crosscheck.ledger.table import Ledger
from local.account import APPROVER, MEMBER
from tests.e2e.canary_regions import EU, US, running, told
from tests.e2e.clicks import Person, buttons
from tests.e2e.outside import Outside, wait_until, words
from tests.e2e.own_pipeline import HOME
from tests.e2e.small_pipelines import EXECUTION, SmallPipelines
from tests.e2e.tagged_pipeline import bucket_in, open_to_all
from tests.e2e.verifications import said, settled

if TYPE_CHECKING:
    from collections.abc import Iterator

    from local.account import Account
    from local.scenarios.canary_service import CanaryService

pytestmark = pytest.mark.e2e

APPROVAL = {
    "name": "Go",
    "actionTypeId": {"category": "Approval", "owner": "AWS", "provider": "Manual", "version": "1"},
    "runOrder": 1,
}
SIGN = "buttons-sign"
APPROVE, REJECT, STOP = "approve:Approve/Go", "reject:Approve/Go", "stop"


@pytest.fixture(scope="module")
def approving(canary: CanaryService) -> Iterator[CanaryService]:
    """Release A, whose secondary regions wait for an approval, and which rolls nothing back by itself."""
    client = canary.client
    answer = client.get_pipeline(name=canary.pipeline)
    pipeline, arn = answer["pipeline"], answer["metadata"]["pipelineArn"]
    names = [stage["name"] for stage in pipeline["stages"]]
    position = names.index("DeploySecondary")
    stages = [
        *pipeline["stages"][:position],
        {"name": "Approve", "actions": [APPROVAL]},
        *pipeline["stages"][position:],
    ]
    client.update_pipeline(pipeline={**pipeline, "stages": stages})
    client.tag_resource(resourceArn=arn, tags=[{"key": "crosscheck:rollback", "value": "suggest"}])
    yield canary
    client.update_pipeline(pipeline=pipeline)
    client.tag_resource(resourceArn=arn, tags=[{"key": "crosscheck:rollback", "value": "auto"}])


@pytest.fixture
def approver(outside: Outside) -> Person:
    return Person(outside)


def _known(account: Account, canary: CanaryService, execution: str) -> KnownFacts:
    """What the ledger knows of the execution."""
    table = account.outputs["LedgerTableName"]
    client = account.aws.client("dynamodb", canary.home)
    return KnownFacts(Ledger(client, table, 90).read(Subject(canary.home, canary.pipeline, execution)))


def _stage_status(canary: CanaryService, name: str) -> str:
    states = canary.client.get_pipeline_state(name=canary.pipeline)["stageStates"]
    stage: dict[str, Any] = next(each for each in states if each["stageName"] == name)
    return str(stage.get("latestExecution", {}).get("status", ""))


def test_a_click_on_approve_lets_release_a_go_on_and_nobody_else_does(
    account: Account, approving: CanaryService, outside: Outside, approver: Person
) -> None:
    execution = approving.push("Approve pictures")
    card = approver.sees(execution, APPROVE)
    assert buttons(card) == [APPROVE, REJECT, STOP]
    stranger = Person(outside, "U0STRANGER")
    stranger.clicks(execution, APPROVE)
    stranger.is_told("you are not one of this stack's approvers")
    assert approving.status(execution) == "InProgress"
    assert _stage_status(approving, "Approve") == "InProgress"
    (refused,) = _known(account, approving, execution).refused_clicks
    assert (refused.user, refused.kind) == ("U0STRANGER", "approve")

    Person(outside, MEMBER).clicks(execution, APPROVE)
    assert approving.wait(execution) == "Succeeded"
    text = told(outside, execution, f"approved *Approve / Go* by <@{MEMBER}>", us="passed", eu="passed", ap="passed")
    assert "U0STRANGER" not in text
    assert buttons(outside.cards(execution)[0]) == []
    (decision,) = _known(account, approving, execution).decisions
    assert (decision.kind, decision.state, decision.by) == ("approve", "done", MEMBER)


def test_f44_of_two_who_reject_the_first_counts_and_the_second_is_told_who_was_first(
    approving: CanaryService, outside: Outside, approver: Person
) -> None:
    execution = approving.push("Reject pictures")
    second = Person(outside, MEMBER)
    approver.clicks(execution, REJECT)
    second.clicks(execution, REJECT)
    approver.submits(reason="the numbers are wrong")
    second.submits(reason="I do not like it")
    second.is_told(f"<@{APPROVER}> was first")
    assert approving.wait(execution) == "Failed"
    text = words(said(outside, execution, f"rejected *Approve / Go* by <@{APPROVER}>"))
    assert "the numbers are wrong" in text
    assert f"by <@{MEMBER}>" not in text
    (asked,) = [each for each in approving.actions(execution) if each["actionName"] == "Go"]
    assert asked["output"]["executionResult"]["externalExecutionSummary"].endswith("the numbers are wrong")


def test_a_release_is_stopped(approving: CanaryService, outside: Outside, approver: Person) -> None:
    execution = approving.push("Stop pictures")
    approver.sees(execution, APPROVE)
    approver.clicks(execution, STOP)
    said(outside, execution, f"stopped by <@{APPROVER}>")
    wait_until(lambda: approving.status(execution) == "Stopping", "the release to stop")
    approving.client.stop_pipeline_execution(
        pipelineName=approving.pipeline, pipelineExecutionId=execution, abandon=True
    )
    assert approving.wait(execution) == "Stopped"


def test_a_region_that_failed_goes_back_to_what_was_proven_by_a_click(
    approving: CanaryService, outside: Outside, approver: Person
) -> None:
    good = approving.push("Good pictures")
    approver.clicks(good, APPROVE)
    assert approving.wait(good) == "Succeeded"
    told(outside, good, us="passed", eu="passed", ap="passed")
    before = running(outside)
    outside.deployments(EU, "unhealthy")
    execution = approving.push("Broken pictures")
    approver.clicks(execution, APPROVE)
    assert approving.wait(execution) == "Failed"
    told(outside, execution, "↳ rollback suggested", us="passed", eu="failed", ap="passed")
    assert running(outside)[EU].page == 503

    roll_back, retry = f"roll_back:DeploySecondary/{EU}", "retry:ValidateSecondary"
    assert {roll_back, retry} <= set(buttons(approver.sees(execution, roll_back)))
    approver.clicks(execution, roll_back)
    text = told(outside, execution, f"by <@{APPROVER}>", us="passed", eu="rolled_back", ap="passed")
    assert "rollback asked for *DeploySecondary / eu-west-1*" in text
    now = running(outside)
    assert now[EU].is_back(before[EU])
    assert now[US].deployments[0] != before[US].deployments[0]  # the others stay as the release brought them
    assert roll_back not in buttons(outside.cards(execution)[0])


def test_a_retry_by_click_runs_the_failed_actions_again(
    approving: CanaryService, outside: Outside, approver: Person
) -> None:
    outside.deployments(US, "fail")
    execution = approving.push("Retried pictures")
    assert approving.wait(execution) == "Failed"
    outside.deployments(US, "healthy")
    approver.clicks(execution, "retry:DeployPrimary")
    approver.clicks(execution, APPROVE)
    assert approving.wait(execution) == "Succeeded"
    text = told(outside, execution, us="passed", eu="passed", ap="passed")
    assert f"retried *DeployPrimary* by <@{APPROVER}>" in text


def test_f43_the_url_answers_401_to_whatever_slack_has_not_signed(account: Account) -> None:
    url = account.interactions_url
    for body in (b"", b"payload=%7B%7D", b"\xff\xfe"):
        headers = {"X-Slack-Request-Timestamp": "1", "X-Slack-Signature": "v0=0"}
        assert requests.post(url, data=body, headers=headers, timeout=60).status_code == 401
    assert requests.get(url, timeout=60).status_code == 401


@pytest.fixture(scope="module")
def signed(account: Account) -> SmallPipelines:
    """A service in Europe, and a sign in a bucket, which says that it is closed."""
    found = Outside(account.describe())
    open_to_all(found, HOME, bucket_in(found, HOME, SIGN))
    found.client("s3").put_object(Bucket=SIGN, Key="index.html", Body=b"closed")
    return SmallPipelines.prepare(found, "signed", (EU,), account.outputs)


def test_a_check_is_skipped_and_the_gate_lets_the_release_pass(
    signed: SmallPipelines, outside: Outside, approver: Person
) -> None:
    check = {"kind": "http", "url": f"{outside.description['aws']}/{SIGN}/index.html", "contains": "open"}
    gate = {"execution": EXECUTION, "checks": [check], "failure_limit": 100, "deadline_minutes": 60}
    pipeline = signed.create("signed-shop", signed.deploying(gate))
    approver.clicks(pipeline.first, "skip")
    approver.chooses("http", "the sign is being mended")
    assert pipeline.ended(pipeline.first) == "Succeeded"
    settled(outside, pipeline.first, eu_west_1="passed")
    card = said(outside, pipeline.first, f"by <@{APPROVER}>")
    assert "check skipped *http" in words(card)
    assert "the sign is being mended" in words(card)
