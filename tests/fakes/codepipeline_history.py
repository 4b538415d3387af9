"""A CodePipeline that has been through what events tell: its API shows what came of them by now."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from tests.builders.events import Event
from tests.fakes.codepipeline import PAGE, FakeCodePipeline
from tests.fakes.codepipeline_plans import source
from tests.fakes.json_protocol import RefusedError

_RUNNING = {"STARTED", "RESUMED"}


class FakeHistory(FakeCodePipeline):
    """What the API says after ``happened``. A pipeline is there from its first event on."""

    def __init__(self, happened: Iterable[Event] = ()) -> None:
        super().__init__()
        self.found: dict[tuple[str, str], dict[str, Any]] = {}
        self.last: dict[tuple[str, str], dict[str, Any]] = {}
        self.parallel = False
        self.happen(*happened)

    def happen(self, *happened: Event) -> None:
        """Something has happened, and the API shows it."""
        for event in happened:
            detail, at = event["detail"], datetime.fromisoformat(event["time"])
            pipeline, execution = detail["pipeline"], detail["execution-id"]
            self.pipelines.setdefault(pipeline, _defined(pipeline))
            self.executions.setdefault(execution, [])
            match event["detail-type"].split()[1]:
                case "Pipeline":
                    self._of_execution(pipeline, execution, detail, at)
                case "Stage":
                    status = {"pipelineExecutionId": execution, "status": word(detail["state"])}
                    self.last[pipeline, detail["stage"]] = status
                case "Action":
                    self._of_action(execution, detail, at)

    def forget(self, pipeline: str) -> None:
        """The pipeline is deleted."""
        del self.pipelines[pipeline]

    def list_pipelines(self, body: Mapping[str, Any]) -> Mapping[str, Any]:
        start = int(body.get("nextToken", "0"))
        names = sorted(self.pipelines)
        more = (
            {"nextToken": str(start + 2)} if start + 2 < len(names) else {}
        )  # whoever reads only the first page fails
        return {"pipelines": [{"name": name} for name in names[start : start + 2]], **more}

    def list_pipeline_executions(self, body: Mapping[str, Any]) -> Mapping[str, Any]:
        self._pipeline(body["pipelineName"])
        of = [each for (pipeline, _), each in self.found.items() if pipeline == body["pipelineName"]]
        newest = sorted(of, key=lambda each: each["startTime"], reverse=True)
        return {"pipelineExecutionSummaries": newest[: body.get("maxResults", PAGE)]}

    def get_pipeline_execution(self, body: Mapping[str, Any]) -> Mapping[str, Any]:
        self._pipeline(body["pipelineName"])
        found = self.found.get((body["pipelineName"], body["pipelineExecutionId"]))
        if found is None:
            raise RefusedError("PipelineExecutionNotFoundException")
        told = {name: found[name] for name in ("pipelineExecutionId", "status", "trigger")}
        return {"pipelineExecution": {**told, "pipelineName": body["pipelineName"]}}

    def get_pipeline_state(self, body: Mapping[str, Any]) -> Mapping[str, Any]:
        self._pipeline(body["name"])
        last = {} if self.parallel else self.last
        states = [{"stageName": s, "latestExecution": each} for (of, s), each in last.items() if of == body["name"]]
        return {"pipelineName": body["name"], "stageStates": states}

    def _pipeline(self, name: str) -> None:
        if name not in self.pipelines:
            raise RefusedError("PipelineNotFoundException")

    def _of_execution(self, pipeline: str, execution: str, detail: Mapping[str, Any], at: datetime) -> None:
        began = {
            "pipelineExecutionId": execution,
            "startTime": at,
            "trigger": {"triggerType": "StartPipelineExecution"},
        }
        found = self.found.setdefault((pipeline, execution), began)
        found |= {"status": word(detail["state"]), "lastUpdateTime": at}

    def _of_action(self, execution: str, detail: Mapping[str, Any], at: datetime) -> None:
        runs: list[Any] = self.executions[execution]
        if detail["state"] == "STARTED":
            told = {
                "pipelineExecutionId": execution,
                "actionExecutionId": detail["action-execution-id"],
                "stageName": detail["stage"],
                "actionName": detail["action"],
                "startTime": at,
                "input": {"actionTypeId": dict(detail["type"]), "region": detail["region"]},
            }
            runs.insert(0, told)  # CodePipeline lists the newest run first
        [run] = [each for each in runs if each["actionExecutionId"] == detail["action-execution-id"]]
        run |= {"status": word(detail["state"]), "lastUpdateTime": at}
        result = detail.get("execution-result", {})
        named = {"externalExecutionSummary": result.get("external-execution-summary", "")}
        error = {"errorDetails": {"code": result["error-code"]}} if "error-code" in result else {}
        run["output"] = {"executionResult": {**named, **error}}


def word(state: str) -> str:
    """A state of the events as the API spells it."""
    return "InProgress" if state in _RUNNING else "Cancelled" if state == "CANCELED" else state.capitalize()


def with_ids(happened: Iterable[Event]) -> list[Event]:
    """The events, those of actions with the ids of their runs, as CodePipeline has them."""
    runs: dict[tuple[str, str], int] = {}
    numbered = []
    for event in happened:
        detail = event["detail"]
        if "action" in detail:
            place = (detail["execution-id"], detail["action"])
            runs[place] = runs.get(place, 0) + (detail["state"] == "STARTED")
            detail = {**detail, "action-execution-id": f"{detail['action']}-{runs[place]}"}
        numbered.append({**event, "detail": detail})
    return numbered


def _defined(name: str) -> dict[str, Any]:
    role = "arn:aws:iam::111122223333:role/pipeline"
    return {"name": name, "roleArn": role, "version": 3, "stages": [source()]}
