"""What people do to a running pipeline, and what its own conditions do: on the cards, and through the gate."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.e2e.outside import Outside, wait_until, words
from tests.e2e.own_pipeline import HOME
from tests.e2e.small_pipelines import EXECUTION, SmallPipelines, answer_approval, asking, condition, rule

if TYPE_CHECKING:
    from local.account import Account
    from local.cards import Card
    from tests.e2e.small_pipelines import SmallPipeline

pytestmark = pytest.mark.e2e

REGION = "eu-west-1"
GATE = {"execution": EXECUTION, "soak_minutes": 0.01, "deadline_minutes": 1}


@pytest.fixture(scope="module")
def pipelines(account: Account) -> SmallPipelines:
    return SmallPipelines.prepare(Outside(account.describe()), "engine", (REGION,), account.outputs)


@pytest.fixture(scope="module")
def gated(pipelines: SmallPipelines) -> SmallPipeline:
    """A pipeline with a gate, its first execution, a good one, behind it."""
    pipeline = pipelines.create("engine-gated", pipelines.deploying(GATE))
    assert pipeline.ended(pipeline.first) == "Succeeded"
    return pipeline


@pytest.fixture(scope="module")
def questions(pipelines: SmallPipelines) -> SmallPipeline:
    """A pipeline that asks; its first execution was approved."""
    pipeline = pipelines.create("engine-asking", asking())
    answer_approval(pipeline, pipeline.first, "Approved", "looks right")
    assert pipeline.ended(pipeline.first) == "Succeeded"
    return pipeline


def _payload(card: dict[str, Any]) -> dict[str, Any]:
    payload: dict[str, Any] = card["metadata"]["event_payload"]
    return payload


def _card(outside: Outside, execution: str, state: str, region: str) -> Card:
    """The card, once the release and its region are so."""
    return outside.card(execution, lambda payload: (payload["state"], payload["regions"]) == (state, {REGION: region}))


def test_a_stage_that_is_retried_ends_green_on_the_same_card(gated: SmallPipeline, outside: Outside) -> None:
    outside.deployments(REGION, "fail")
    execution = gated.start()
    assert gated.ended(execution) == "Failed"
    failed = _card(outside, execution, "FAILED", "failed")
    outside.deployments(REGION, "healthy")
    gated.client.retry_stage_execution(
        pipelineName=gated.name, stageName="World", pipelineExecutionId=execution, retryMode="FAILED_ACTIONS"
    )
    assert gated.ended(execution) == "Succeeded"
    card = _card(outside, execution, "SUCCEEDED", "passed")
    assert ": succeeded (attempt 2)" in words(card)
    assert "*Failed*" not in words(card)
    assert [message["ts"] for message in outside.cards(execution)] == [failed["ts"]]


def test_a_rollback_to_an_earlier_execution_has_a_card_of_its_own(gated: SmallPipeline, outside: Outside) -> None:
    before = _card(outside, gated.first, "SUCCEEDED", "passed")
    asked = {"pipelineName": gated.name, "stageName": "World", "targetPipelineExecutionId": gated.first}
    rollback = gated.client.rollback_stage(**asked)["pipelineExecutionId"]
    assert gated.ended(rollback) == "Succeeded"
    assert gated.executions[0]["executionType"] == "ROLLBACK"
    _card(outside, rollback, "SUCCEEDED", "passed")
    assert len(outside.cards(rollback)) == 1
    assert outside.ended_card(gated.first) == before


def test_a_disabled_transition_holds_a_release_until_it_is_enabled(gated: SmallPipeline, outside: Outside) -> None:
    transition = {"pipelineName": gated.name, "stageName": "World", "transitionType": "Inbound"}
    gated.client.disable_stage_transition(**transition, reason="Friday")
    execution = gated.start()
    held = wait_until(lambda: gated.stage("World").get("inboundExecutions", []), "an execution before the stage")
    assert [each["pipelineExecutionId"] for each in held] == [execution]
    waiting = outside.card(execution, lambda payload: payload["state"] == "STARTED")
    assert _payload(waiting)["regions"] == {}
    assert gated.actions(execution) == [("S3", "Succeeded")]
    gated.client.enable_stage_transition(**transition)
    assert gated.ended(execution) == "Succeeded"
    _card(outside, execution, "SUCCEEDED", "passed")
    assert len(outside.cards(execution)) == 1


def test_an_approval_lets_the_release_pass(questions: SmallPipeline, outside: Outside) -> None:
    assert questions.actions(questions.first) == [("S3", "Succeeded"), ("Sign-off", "Succeeded")]
    card = outside.ended_card(questions.first, "*Stages* 2 of 2: :white_check_mark: Source ")
    assert _payload(card)["state"] == "SUCCEEDED"


def test_a_rejection_fails_the_release_with_its_words(questions: SmallPipeline, outside: Outside) -> None:
    execution = questions.start()
    answer_approval(questions, execution, "Rejected", "not before the sale ends")
    assert questions.ended(execution) == "Failed"
    card = outside.ended_card(execution, "*Ask / Sign-off* (us-east-1): not before the sale ends")
    assert _payload(card)["state"] == "FAILED"


def test_a_stopped_release_says_so(questions: SmallPipeline, outside: Outside) -> None:
    execution = questions.start()
    wait_until(lambda: ("Sign-off", "InProgress") in questions.actions(execution), "the question")
    stop = {"pipelineName": questions.name, "pipelineExecutionId": execution, "reason": "wrong branch"}
    questions.client.stop_pipeline_execution(**stop)
    stopping = outside.card(execution, lambda payload: payload["state"] == "STOPPING")
    assert ": stopping\n" in words(stopping)
    questions.client.stop_pipeline_execution(**stop, abandon=True)
    assert questions.ended(execution) == "Stopped"
    card = outside.ended_card(execution, ": stopped\n", "→ :no_entry: Ask ")
    assert _payload(card)["state"] == "STOPPED"
    assert [message["ts"] for message in outside.cards(execution)] == [stopping["ts"]]


def test_a_failed_stage_is_retried_by_its_own_condition(pipelines: SmallPipelines, outside: Outside) -> None:
    pipeline = pipelines.create("engine-retrying", asking(onFailure={"result": "RETRY"}))
    answer_approval(pipeline, pipeline.first, "Rejected", "not yet")
    answer_approval(pipeline, pipeline.first, "Approved", "now")
    assert pipeline.ended(pipeline.first) == "Succeeded"
    assert pipeline.actions(pipeline.first)[1:] == [("Sign-off", "Failed"), ("Sign-off", "Succeeded")]
    card = outside.card(pipeline.first, lambda payload: payload["state"] == "SUCCEEDED")
    assert ": succeeded (attempt 2)" in words(card)
    assert len(outside.cards(pipeline.first)) == 1


def test_a_stage_is_skipped_that_its_entry_condition_keeps_out(pipelines: SmallPipelines, outside: Outside) -> None:
    wanted = rule("Wanted", "VariableCheck", Variable="#{variables.Deploy}", Operator="EQ", Value="yes")
    stage = pipelines.deploying(GATE, beforeEntry=condition("SKIP", wanted))
    pipeline = pipelines.create("engine-skipping", stage, Deploy="no")
    assert pipeline.ended(pipeline.first) == "Succeeded"
    assert pipeline.actions(pipeline.first) == [("S3", "Succeeded")]
    _card(outside, pipeline.first, "SUCCEEDED", "skipped")
    entered = pipeline.start(Deploy="yes")
    assert pipeline.ended(entered) == "Succeeded"
    assert pipeline.rules(entered) == [("Wanted", "Succeeded")]
    _card(outside, entered, "SUCCEEDED", "passed")


def test_the_gate_judges_as_a_rule_and_the_stage_rolls_itself_back(pipelines: SmallPipelines, outside: Outside) -> None:
    name = "engine-ruled"
    judged = pipelines.gate_rule("ROLLBACK", pipeline=name, stage="World", **GATE)
    pipeline = pipelines.create(name, pipelines.deploying(onSuccess=judged))
    assert pipeline.ended(pipeline.first) == "Succeeded"
    assert pipeline.rules(pipeline.first) == [("Gate", "Succeeded")]
    _card(outside, pipeline.first, "SUCCEEDED", "passed")
    own = pipelines.own
    own.put_release(f"{own.account_id}.dkr.ecr.{HOME}.amazonaws.com/{own.name}:newer")
    outside.deployments(REGION, "unhealthy")
    execution = pipeline.start()
    assert pipeline.ended(execution) == "Failed"
    assert pipeline.rules(execution) == [("Gate", "Failed")]
    outside.ended_card(execution, f"*{REGION}* failed · engine: 0 of 3 tasks run")
    _card(outside, execution, "FAILED", "failed")
    rollback = pipeline.executions[0]
    assert rollback["trigger"]["triggerType"] == "AutomatedRollback"
    assert pipeline.ended(rollback["pipelineExecutionId"]) == "Succeeded"
    outside.ended_card(execution, "↳ a condition of stage World rolls it back: left to CodePipeline")
    # CodePipeline asks no rules of a rollback, so the fan-out is the judge
    restored = _card(outside, rollback["pipelineExecutionId"], "SUCCEEDED", "passed")
    assert f"*{REGION}* passed · engine: 3 of 3 tasks run" in words(restored)
