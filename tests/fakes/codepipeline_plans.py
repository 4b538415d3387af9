"""A fake of what CodePipeline says of pipelines to whoever plans: definitions, tags, executions, actions' runs."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from tests.fakes.codepipeline import ACCOUNT, FakeCodePipeline
from tests.fakes.json_protocol import RefusedError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

HOME = "us-east-1"
PIPELINE = "multi-region-service"
EXECUTION = "11111111-2222-4333-8444-555555555555"
STARTED = datetime(2026, 1, 5, 10, 0, tzinfo=UTC)
GATE = "crosscheck-gate"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/pipeline"
# Tags per page; CodePipeline's own page is 100, but whoever reads only the first page has to fail.


def declared(name: str, category: str, provider: str, region: str = "", **more: Any) -> dict[str, Any]:
    """An action's declaration; one without a region runs in the pipeline's."""
    kind = {"category": category, "owner": "AWS", "provider": provider, "version": "1"}
    return {"name": name, "actionTypeId": kind, "runOrder": 1, **({"region": region} if region else {}), **more}


def deploys(name: str, region: str, provider: str = "ECS", **configuration: str) -> dict[str, Any]:
    """A deploy action's declaration, by default of an ECS service."""
    given = configuration or {"ClusterName": f"production-{region[:2]}", "ServiceName": "my-service"}
    artifacts = [{"name": "BuildOutput"}]
    return declared(name, "Deploy", provider, region, configuration=given, inputArtifacts=artifacts)


def gates(name: str, parameters: str = "", **more: Any) -> dict[str, Any]:
    """A gate's declaration."""
    told = {"UserParameters": parameters} if parameters else {}
    return declared(name, "Invoke", "Lambda", configuration={"FunctionName": GATE, **told}, **more)


def stage(name: str, *actions: Mapping[str, Any], **more: Any) -> dict[str, Any]:
    """A stage's declaration."""
    return {"name": name, "actions": list(actions), **more}


def source() -> dict[str, Any]:
    """The stage that every pipeline begins with."""
    return stage("Source", declared("Source", "Source", "CodeStarSourceConnection"))


CANARY: Sequence[Mapping[str, Any]] = (
    source(),
    stage("DeployPrimary", deploys("Deploy-US-East", "us-east-1")),
    stage("ValidatePrimary", gates("Validate-US-East")),
    stage("DeploySecondary", deploys("Deploy-EU-West", "eu-west-1"), deploys("Deploy-AP", "ap-southeast-1")),
    stage("ValidateSecondary", gates("Validate-Secondary")),
)


class FakePipelines(FakeCodePipeline):
    """One pipeline with one execution, unless a test adds more; ``listed`` is its history, the newest first, and
    ``succeeded`` tells which of them have succeeded in a stage with the current version."""

    def __init__(self, stages: Sequence[Mapping[str, Any]] = CANARY) -> None:
        super().__init__()
        self.kinds = {EXECUTION: "STANDARD"}
        self.executions[EXECUTION] = []
        self.listed = [EXECUTION]
        self.succeeded: dict[str, list[str]] = {}
        self.retried: dict[str, int] = {}
        self.versions: dict[int, Mapping[str, Any]] = {}
        self.define(stages)

    def define(self, stages: Sequence[Mapping[str, Any]], **more: Any) -> None:
        """Define the pipeline anew."""
        store = {"type": "S3", "location": "pipeline-artifacts"}
        named = {"name": PIPELINE, "roleArn": ROLE, "version": 3, "artifactStore": store}
        self.pipelines[PIPELINE] = {**named, "stages": list(stages), **more}
        version = self.pipelines[PIPELINE]["version"]
        if version not in self.versions:
            self.succeeded = {}  # nothing has yet, with this version
        self.versions[version] = self.pipelines[PIPELINE]

    def get_pipeline(self, body: Mapping[str, Any]) -> Mapping[str, Any]:
        """The current version, or the one asked for."""
        current = super().get_pipeline({"name": body["name"]})
        if body.get("version", current["pipeline"]["version"]) not in self.versions:
            raise RefusedError("PipelineVersionNotFoundException")
        return {**current, "pipeline": self.versions[body["version"]]} if "version" in body else current

    def ran(
        self, stage_name: str, name: str, status: str = "Succeeded", *, second: int = 0, **more: Any
    ) -> Mapping[str, Any]:
        """A run of an action, so many seconds after the release began. ``external`` is the deploying service's id,
        ``error`` its error code, ``outputs`` its variables, ``role`` the action's own role; what else is given is the
        run's input."""
        action = self._declared(stage_name, name)
        result = {"externalExecutionId": more.pop("external", "")}
        if "error" in more:
            result["errorDetails"] = {"code": more.pop("error")}
        told = {"executionResult": result, "outputVariables": more.pop("outputs", {})}
        given = {
            "actionTypeId": action["actionTypeId"],
            "configuration": action.get("configuration", {}),
            "resolvedConfiguration": action.get("configuration", {}),
            "region": action.get("region", HOME),
            "inputArtifacts": [{"name": "BuildOutput", "s3location": {"bucket": "pipeline-artifacts", "key": "b/x"}}],
            **({"roleArn": more.pop("role")} if "role" in more else {}),
            **more,
        }
        detail = {
            "pipelineExecutionId": EXECUTION,
            "stageName": stage_name,
            "actionName": name,
            "startTime": STARTED + timedelta(seconds=second),
            "status": status,
            "input": given,
            "output": told,
        }
        # CodePipeline lists the newest run first.
        self.executions[EXECUTION] = [detail, *self.executions[EXECUTION]]
        return detail

    def get_pipeline_state(self, body: Mapping[str, Any]) -> Mapping[str, Any]:
        """``retried`` counts, by stage, how often CodePipeline has retried it by itself."""
        declared = self.get_pipeline(body)["pipeline"]["stages"]
        latest = {"pipelineExecutionId": EXECUTION, "status": "Failed"}
        states = [{"stageName": each["name"], "latestExecution": latest} for each in declared]
        for state in states:
            if count := self.retried.get(str(state["stageName"])):
                state["retryStageMetadata"] = {"autoStageRetryAttempt": count}
        return {"pipelineName": body["name"], "stageStates": states}

    def list_pipeline_executions(self, body: Mapping[str, Any]) -> Mapping[str, Any]:
        self.get_pipeline({"name": body["pipelineName"]})
        stage_name = body.get("filter", {}).get("succeededInStage", {}).get("stageName")
        found = self.succeeded.get(stage_name, []) if stage_name else self.listed
        listed = found[: body.get("maxResults", 100)]
        return {"pipelineExecutionSummaries": [{"pipelineExecutionId": each} for each in listed]}

    def get_pipeline_execution(self, body: Mapping[str, Any]) -> Mapping[str, Any]:
        self.get_pipeline({"name": body["pipelineName"]})
        execution = body["pipelineExecutionId"]
        if execution not in self.kinds:
            raise RefusedError("PipelineExecutionNotFoundException")
        named = {"pipelineName": body["pipelineName"], "pipelineExecutionId": execution, "pipelineVersion": 3}
        return {"pipelineExecution": {**named, "executionType": self.kinds[execution]}}

    def _declared(self, stage_name: str, name: str) -> Mapping[str, Any]:
        stages = self.pipelines[PIPELINE]["stages"]
        return next(
            action
            for each in stages
            if each["name"] == stage_name
            for action in each["actions"]
            if action["name"] == name
        )
