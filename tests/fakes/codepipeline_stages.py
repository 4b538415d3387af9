"""A fake of one pipeline whose executions pass through its stages, and of RollbackStage with what it refuses."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.fakes.json_protocol import JsonService, RefusedError

START = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
PAGE = 2  # small pages: whoever reads only the first one fails


class FakeStages(JsonService):
    """``passed`` tells by execution in which stages it was and how that ended, in the order of the executions, and
    ``again`` which of them were in a stage once more after all that."""

    service = "codepipeline"

    def __init__(self, name: str, *stages: str, **pipeline: Any) -> None:
        super().__init__()
        declared = [{"name": stage, "actions": []} for stage in stages]
        role = "arn:aws:iam::111122223333:role/pipeline"
        kind = {"pipelineType": "V2", "executionMode": "QUEUED", "version": 3}
        self.pipeline: dict[str, Any] = {"name": name, "roleArn": role, "stages": declared, **kind, **pipeline}
        self.executions: dict[str, dict[str, Any]] = {}
        self.passed: dict[str, dict[str, str]] = {}
        self.again: list[tuple[str, dict[str, str]]] = []
        self.before_rollback: Callable[[], object] = lambda: None

    def execute(self, *, status: str = "Succeeded", **stages: str) -> str:
        """An execution that passed through these stages; its id."""
        number = len(self.executions)
        execution = f"{number:08d}-2222-4333-8444-555555555555"
        self.executions[execution] = {
            "pipelineName": self.pipeline["name"],
            "pipelineVersion": self.pipeline["version"],
            "pipelineExecutionId": execution,
            "status": status,
            "executionType": "STANDARD",
            "executionMode": self.pipeline["executionMode"],
        }
        self.passed[execution] = stages
        return execution

    def roll_back(self, stage: str, target: str, status: str = "InProgress") -> str:
        """A rollback execution; its id."""
        execution = self.execute(status=status, **{stage: status})
        metadata = {"rollbackTargetPipelineExecutionId": target}
        self.executions[execution] |= {"executionType": "ROLLBACK", "rollbackMetadata": metadata}
        return execution

    def get_pipeline(self, body: Mapping[str, Any]) -> Mapping[str, Any]:
        self._known(body["name"])
        return {"pipeline": self.pipeline}

    def get_pipeline_state(self, body: Mapping[str, Any]) -> Mapping[str, Any]:
        self._known(body["name"])
        parallel = self.pipeline["executionMode"] == "PARALLEL"  # then AWS tells of no stage
        names = [] if parallel else [stage["name"] for stage in self.pipeline["stages"]]
        return {"pipelineName": body["name"], "stageStates": [self._state(name) for name in names]}

    def list_action_executions(self, body: Mapping[str, Any]) -> Mapping[str, Any]:
        self._known(body["pipelineName"])
        words = {"Stopped": "Abandoned"}
        found = [
            {
                "pipelineExecutionId": execution,
                "actionExecutionId": f"{number:08d}-3333-4333-8444-555555555555",
                "stageName": stage,
                "actionName": "Deploy",
                "status": words.get(status, status),
                "startTime": START + timedelta(minutes=number),
            }
            for number, (execution, stages) in reversed(list(enumerate([*self.passed.items(), *self.again])))
            for stage, status in stages.items()
        ]
        start = int(body.get("nextToken", "0"))
        more = {"nextToken": str(start + PAGE)} if start + PAGE < len(found) else {}
        return {"actionExecutionDetails": found[start : start + PAGE], **more}

    def get_pipeline_execution(self, body: Mapping[str, Any]) -> Mapping[str, Any]:
        self._known(body["pipelineName"])
        if body["pipelineExecutionId"] not in self.executions:
            raise RefusedError("PipelineExecutionNotFoundException")
        return {"pipelineExecution": self.executions[body["pipelineExecutionId"]]}

    def list_pipeline_executions(self, body: Mapping[str, Any]) -> Mapping[str, Any]:
        self._known(body["pipelineName"])
        stage = body.get("filter", {}).get("succeededInStage", {}).get("stageName")
        found = [
            self._summary(number, execution)
            for number, execution in reversed(list(enumerate(self.executions)))
            if not stage or (self.passed[execution].get(stage) == "Succeeded" and self._is_current(execution))
        ]
        start = int(body.get("nextToken", "0"))
        more = {"nextToken": str(start + PAGE)} if start + PAGE < len(found) else {}
        return {"pipelineExecutionSummaries": found[start : start + PAGE], **more}

    def rollback_stage(self, body: Mapping[str, Any]) -> Mapping[str, Any]:
        self._known(body["pipelineName"])
        self.before_rollback()
        stage, target = body["stageName"], body["targetPipelineExecutionId"]
        if stage not in [each["name"] for each in self.pipeline["stages"]]:
            raise RefusedError("StageNotFoundException")
        if target not in self.executions:
            raise RefusedError("PipelineExecutionNotFoundException")
        found, state = self.executions[target], self._state(stage)
        if not self._is_current(target):
            raise RefusedError("PipelineExecutionOutdatedException")
        fit = self.passed[target].get(stage) == "Succeeded" and found["executionType"] == "STANDARD"
        if not fit or state.get("latestExecution", {}).get("status") == "InProgress":
            raise RefusedError("UnableToRollbackStageException")
        return {"pipelineExecutionId": self.roll_back(stage, target)}

    def _known(self, name: str) -> None:
        if name != self.pipeline["name"]:
            raise RefusedError("PipelineNotFoundException")

    def _is_current(self, execution: str) -> bool:
        return bool(self.executions[execution]["pipelineVersion"] == self.pipeline["version"])

    def _state(self, stage: str) -> dict[str, Any]:
        inside = [(execution, at[stage]) for execution, at in self.passed.items() if stage in at]
        if not inside:
            return {"stageName": stage}
        execution, status = inside[-1]
        return {"stageName": stage, "latestExecution": {"pipelineExecutionId": execution, "status": status}}

    def _summary(self, number: int, execution: str) -> dict[str, Any]:
        kept = ("pipelineExecutionId", "status", "executionType", "executionMode", "rollbackMetadata")
        found = self.executions[execution]
        return {key: found[key] for key in kept if key in found} | {"startTime": START + timedelta(minutes=number)}
