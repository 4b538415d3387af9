"""A fake of CodePipeline's approvals, retries and stops, with what it refuses."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from tests.builders import events
from tests.fakes.json_protocol import JsonService, RefusedError

TOKEN = "8d6a5f4e-3c2b-4a19-8f07-6e5d4c3b2a19"  # noqa: S105 - of an approval that nobody asks for
ACTION_RUN = "0b1c2d3e-4f50-4617-8293-a4b5c6d7e8f9"


class FakeDecisions(JsonService):
    """One pipeline whose stage ``Release`` asks in its action ``Go``, while ``token`` is not empty."""

    service = "codepipeline"

    def __init__(self) -> None:
        super().__init__()
        self.token = TOKEN
        self.answer = "Approved"
        self.in_stage = events.EXECUTION
        self.parallel = False
        self.retryable: set[str] = set()
        self.running = True

    @property
    def _status(self) -> str:
        """Of the approval's run."""
        return "InProgress" if self.token else {"Approved": "Succeeded", "Rejected": "Failed"}[self.answer]

    def get_pipeline_state(self, body: Mapping[str, Any]) -> Mapping[str, Any]:
        status = self._status
        token = {"token": self.token} if self.token else {}
        run = {"actionExecutionId": ACTION_RUN, "status": status, **token}
        stage = {
            "stageName": "Release",
            "latestExecution": {"pipelineExecutionId": self.in_stage, "status": status},
            "actionStates": [{"actionName": "Build"}, {"actionName": "Go", "latestExecution": run}],
        }
        return {"pipelineName": body["name"], "stageStates": [] if self.parallel else [stage]}

    def list_action_executions(self, body: Mapping[str, Any]) -> Mapping[str, Any]:
        run = {"executionResult": {"externalExecutionId": self.token}}
        place = {"stageName": "Release", "actionName": "Go", "status": self._status}
        named = {
            "actionExecutionId": ACTION_RUN,
            "pipelineExecutionId": body["filter"]["pipelineExecutionId"],
            "startTime": datetime(2026, 3, 4, tzinfo=UTC),
        }
        return {"actionExecutionDetails": [{**named, **place, "output": run}]}

    def put_approval_result(self, body: Mapping[str, Any]) -> Mapping[str, Any]:
        if body["token"] != self.token:
            raise RefusedError("InvalidApprovalTokenException")
        self.token = ""
        self.answer = body["result"]["status"]
        return {"approvedAt": datetime(2026, 3, 4, tzinfo=UTC)}

    def retry_stage_execution(self, body: Mapping[str, Any]) -> Mapping[str, Any]:
        if body["stageName"] not in self.retryable:
            raise RefusedError("StageNotRetryableException")
        self.retryable.remove(body["stageName"])
        return {"pipelineExecutionId": body["pipelineExecutionId"]}

    def stop_pipeline_execution(self, body: Mapping[str, Any]) -> Mapping[str, Any]:
        if not self.running:
            raise RefusedError("PipelineExecutionNotStoppableException")
        self.running = False
        return {"pipelineExecutionId": body["pipelineExecutionId"]}
