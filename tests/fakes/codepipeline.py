"""A fake of CodePipeline's jobs and of what it says of pipelines and executions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from tests.fakes.json_protocol import JsonService, RefusedError

ACCOUNT = "111122223333"
ARN = f"arn:aws:codepipeline:us-east-1:{ACCOUNT}"
PAGE = 100
VALUE = 1_000
TAGS = 2  # small pages: whoever reads only the first one fails


@dataclass
class FakeJob:
    """A job that CodePipeline waits for: open, until a last answer or a continuation ends it. Of a condition's rule it
    tells no ``context``."""

    context: Mapping[str, Any]
    configuration: Mapping[str, str] = field(default_factory=dict)
    token: str = ""
    open: bool = True
    answer: dict[str, Any] = field(default_factory=dict)


class FakeCodePipeline(JsonService):
    """Jobs accept one answer each, as on AWS; a continuation ends the job, its successor has a new id."""

    service = "codepipeline"

    def __init__(self) -> None:
        super().__init__()
        self.jobs: dict[str, FakeJob] = {}
        self.pipelines: dict[str, Mapping[str, Any]] = {}
        self.executions: dict[str, list[Mapping[str, Any]]] = {}
        self.earlier: dict[tuple[str, int], Mapping[str, Any]] = {}
        self.ran_with: dict[str, int] = {}
        self.rules: list[Mapping[str, Any]] = []
        self.tags: dict[str, Mapping[str, str]] = {}

    def get_job_details(self, body: Mapping[str, Any]) -> Mapping[str, Any]:
        job = self._job(body["jobId"])
        data: dict[str, Any] = {"pipelineContext": job.context} if job.context else {}
        # The shape of the answer has no room for longer values.
        shown = {name: value for name, value in job.configuration.items() if len(value) <= VALUE}
        data |= {"actionConfiguration": {"configuration": shown}} if shown else {}
        data |= {"continuationToken": job.token} if job.token else {}
        return {"jobDetails": {"id": body["jobId"], "accountId": ACCOUNT, "data": data}}

    def put_job_success_result(self, body: Mapping[str, Any]) -> Mapping[str, Any]:
        if "continuationToken" in body and "outputVariables" in body:
            raise RefusedError("ValidationException", "output variables with a continuation token")
        self._answer(body, "continued" if "continuationToken" in body else "succeeded")
        return {}

    def put_job_failure_result(self, body: Mapping[str, Any]) -> Mapping[str, Any]:
        self._answer(body, "failed")
        return {}

    def get_pipeline(self, body: Mapping[str, Any]) -> Mapping[str, Any]:
        if body["name"] not in self.pipelines:
            raise RefusedError("PipelineNotFoundException")
        current = self.pipelines[body["name"]]
        version = body.get("version", current["version"])
        known = {**self.earlier, (body["name"], current["version"]): current}
        if (body["name"], version) not in known:
            raise RefusedError("PipelineVersionNotFoundException")
        return {"pipeline": known[body["name"], version], "metadata": {"pipelineArn": f"{ARN}:{body['name']}"}}

    def get_pipeline_execution(self, body: Mapping[str, Any]) -> Mapping[str, Any]:
        execution = self._execution(body, body["pipelineExecutionId"])
        version = self.ran_with.get(execution, self.pipelines[body["pipelineName"]]["version"])
        named = {"pipelineName": body["pipelineName"], "pipelineExecutionId": execution, "pipelineVersion": version}
        return {"pipelineExecution": named}

    def list_rule_executions(self, body: Mapping[str, Any]) -> Mapping[str, Any]:
        execution = self._execution(body, body["filter"]["pipelineExecutionId"])
        return {"ruleExecutionDetails": [rule for rule in self.rules if rule["pipelineExecutionId"] == execution]}

    def list_tags_for_resource(self, body: Mapping[str, Any]) -> Mapping[str, Any]:
        name = body["resourceArn"].removeprefix(f"{ARN}:")
        if name not in self.pipelines:
            raise RefusedError("ResourceNotFoundException")
        start = int(body.get("nextToken", "0"))
        found = [{"key": key, "value": value} for key, value in self.tags.get(name, {}).items()]
        more = {"nextToken": str(start + TAGS)} if start + TAGS < len(found) else {}
        return {"tags": found[start : start + TAGS], **more}

    def list_action_executions(self, body: Mapping[str, Any]) -> Mapping[str, Any]:
        execution = self._execution(body, body.get("filter", {}).get("pipelineExecutionId", ""))
        start = int(body.get("nextToken", "0"))
        size = min(body.get("maxResults", PAGE), 2)  # small pages: whoever reads only the first one fails
        found = self.executions[execution]
        answer: dict[str, Any] = {"actionExecutionDetails": found[start : start + size]}
        return answer | ({"nextToken": str(start + size)} if start + size < len(found) else {})

    def _execution(self, body: Mapping[str, Any], execution: str) -> str:
        if body["pipelineName"] not in self.pipelines:
            raise RefusedError("PipelineNotFoundException")
        if execution not in self.executions:
            raise RefusedError("PipelineExecutionNotFoundException")
        return execution

    def _job(self, job_id: str) -> FakeJob:
        if job_id not in self.jobs:
            raise RefusedError("JobNotFoundException")
        return self.jobs[job_id]

    def _answer(self, body: Mapping[str, Any], outcome: str) -> None:
        job = self._job(body["jobId"])
        if not job.open:
            raise RefusedError("InvalidJobStateException")
        job.open = False
        job.answer = {"outcome": outcome, **body}


def action_execution(
    stage: str, name: str, started: datetime, *, status: str = "Succeeded", **given: Any
) -> Mapping[str, Any]:
    """An entry of ListActionExecutions; ``given`` is its ``input``."""
    return {"stageName": stage, "actionName": name, "startTime": started, "status": status, "input": given}
