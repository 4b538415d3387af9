"""A stage that stands still between its deployments and its end, so that something can happen meanwhile."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.e2e.outside import wait_until

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.e2e.small_pipelines import SmallPipeline, Stage

STAGE, APPROVAL = "World", "Sign-off"
_KIND = {"category": "Approval", "owner": "AWS", "provider": "Manual", "version": "1"}


def held(stage: Stage) -> Stage:
    """The stage ``World``, asking a person once everything is deployed and before the gate, where it has one."""
    approval = {"name": APPROVAL, "actionTypeId": _KIND, "runOrder": 2}
    actions = [{**each, "runOrder": 3} if each["name"] == "Verify" else each for each in stage["actions"]]
    return {**stage, "actions": [*actions, approval]}


def let_go(pipeline: SmallPipeline, execution: str, meanwhile: Callable[[], object] = lambda: None) -> str:
    """Wait until everything is deployed, do something, let the stage go on; how the execution ended."""

    def asked() -> str:
        stage = pipeline.stage(STAGE)
        if stage.get("latestExecution", {}).get("pipelineExecutionId") != execution:
            return ""
        return str(_state(stage).get("latestExecution", {}).get("token", ""))

    token = wait_until(asked, "the question")
    meanwhile()
    result = {"summary": "go on", "status": "Approved"}
    pipeline.client.put_approval_result(
        pipelineName=pipeline.name, stageName=STAGE, actionName=APPROVAL, result=result, token=token
    )
    return pipeline.ended(execution)


def _state(stage: dict[str, Any]) -> dict[str, Any]:
    return next(state for state in stage["actionStates"] if state["actionName"] == APPROVAL)
