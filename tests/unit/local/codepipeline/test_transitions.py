"""Disabled transitions: executions wait before the stage."""

from typing import Any

import pytest

from tests.unit.local.codepipeline.gates import HeldGate
from tests.unit.local.codepipeline.harness import Account, wait_for
from tests.unit.local.codepipeline.wires import git_source, invoke, pipeline


@pytest.fixture
def gate(account: Account) -> HeldGate:
    return HeldGate(account)


def disable(account: Account, reason: str = "Frozen until Monday (really?)", stage: str = "GateStage") -> None:
    account.api().disable_stage_transition(
        pipelineName="my-pipeline", stageName=stage, transitionType="Inbound", reason=reason
    )


def enable(account: Account) -> None:
    account.api().enable_stage_transition(pipelineName="my-pipeline", stageName="GateStage", transitionType="Inbound")


def stage(account: Account) -> Any:
    return account.api().get_pipeline_state(name="my-pipeline")["stageStates"][1]


@pytest.fixture
def frozen(account: Account, gate: HeldGate) -> str:
    """A pipeline with one release through, and its gate's transition disabled."""
    first = account.create(pipeline([git_source()], [invoke()]))
    gate.held(first)
    gate.release(first)
    account.ended("my-pipeline", first)
    disable(account)
    return first


def waiting(account: Account, *executions: str) -> None:
    wait_for(
        lambda: [each["pipelineExecutionId"] for each in stage(account)["inboundExecutions"]] == list(executions),
        "the executions to wait",
    )


def test_executions_wait_until_the_transition_is_enabled(account: Account, gate: HeldGate, frozen: str) -> None:
    second = account.start("my-pipeline")
    waiting(account, second)
    assert stage(account)["inboundExecution"]["status"] == "InProgress"
    assert gate.inside == set()
    enable(account)
    gate.held(second)
    gate.release(second)
    assert account.ended("my-pipeline", second) == "Succeeded"


def test_the_state_shows_who_disabled_it_and_why(account: Account, frozen: str) -> None:
    shown = stage(account)["inboundTransitionState"]
    assert shown["enabled"] is False
    assert shown["disabledReason"] == "Frozen until Monday (really?)"
    assert shown["lastChangedBy"] == "arn:aws:iam::111122223333:root"
    enable(account)
    shown = stage(account)["inboundTransitionState"]
    assert shown["enabled"] is True
    assert "disabledReason" not in shown


def test_queued_executions_keep_their_order(account: Account, gate: HeldGate, frozen: str) -> None:
    second, third = account.start("my-pipeline"), account.start("my-pipeline")
    waiting(account, second, third)
    enable(account)
    for execution in (second, third):
        gate.held(execution)
        gate.release(execution)
        assert account.ended("my-pipeline", execution) == "Succeeded"


def test_an_execution_can_be_stopped_while_it_waits(account: Account, frozen: str) -> None:
    second = account.start("my-pipeline")
    waiting(account, second)
    account.api().stop_pipeline_execution(pipelineName="my-pipeline", pipelineExecutionId=second)
    assert account.ended("my-pipeline", second) == "Stopped"
    waiting(account)


def test_an_update_cancels_what_waits_and_keeps_the_transition_disabled(account: Account, frozen: str) -> None:
    second = account.start("my-pipeline")
    waiting(account, second)
    account.api().update_pipeline(pipeline=account.api().get_pipeline(name="my-pipeline")["pipeline"])
    assert account.ended("my-pipeline", second) == "Cancelled"
    assert stage(account)["inboundTransitionState"]["enabled"] is False


def test_what_is_refused(account: Account, frozen: str) -> None:
    errors = account.api().exceptions
    with pytest.raises(errors.StageNotFoundException):
        disable(account, stage="Nowhere")
    for reason in ("x" * 301, "no; semicolons"):
        with pytest.raises(errors.ValidationException):
            disable(account, reason)
    with pytest.raises(errors.ValidationException, match="Outbound"):
        account.api().enable_stage_transition(
            pipelineName="my-pipeline", stageName="GateStage", transitionType="Outbound"
        )
    with pytest.raises(errors.PipelineNotFoundException):
        account.api().enable_stage_transition(pipelineName="p", stageName="GateStage", transitionType="Inbound")
