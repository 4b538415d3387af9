"""The canary service as a world of fakes: three regions, a pipeline with gates, one execution that deployed."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.fakes.codepipeline import ACCOUNT, FakeCodePipeline, FakeJob, action_execution
from tests.fakes.ecr import FakeEcr
from tests.fakes.ecs import FakeEcs
from tests.fakes.json_protocol import SESSION, FakeClients, JsonService

HOME = "us-east-1"
CLUSTERS = {"us-east-1": "production-us", "eu-west-1": "production-eu", "ap-southeast-1": "production-ap"}
SECONDARIES = ("ap-southeast-1", "eu-west-1")
PIPELINE = "multi-region-service"
SERVICE = "my-service"
EXECUTION = "11111111-2222-4333-8444-555555555555"
GATE = "crosscheck-gate"
JOB = "aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee"
IMAGE = f"{ACCOUNT}.dkr.ecr.us-east-1.amazonaws.com/{SERVICE}:0a1b2c3"
OLD_IMAGE = f"{ACCOUNT}.dkr.ecr.us-east-1.amazonaws.com/{SERVICE}:9f8e7d6"
STARTED = datetime(2026, 1, 5, 10, 0, tzinfo=UTC)
NOW = STARTED + timedelta(minutes=5)


def bucket(region: str) -> str:
    """The artifact store of a region."""
    return f"pipeline-artifacts-{region}-{ACCOUNT}"


def zipped(files: Mapping[str, bytes]) -> bytes:
    """An artifact."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return content.getvalue()


def action(name: str, category: str, provider: str, region: str, **overrides: Any) -> Mapping[str, Any]:
    """An action's declaration."""
    kind = {"category": category, "owner": "AWS", "provider": provider, "version": "1"}
    return {"name": name, "actionTypeId": kind, "runOrder": 1, "region": region, **overrides}


def deploy(name: str, region: str) -> Mapping[str, Any]:
    """An ECS deploy action's declaration."""
    configuration = {"ClusterName": CLUSTERS[region], "ServiceName": SERVICE}
    artifacts = [{"name": "BuildOutput"}]
    return action(name, "Deploy", "ECS", region, configuration=configuration, inputArtifacts=artifacts)


def gate(name: str, run_order: int = 1) -> Mapping[str, Any]:
    """A gate's declaration."""
    return action(name, "Invoke", "Lambda", HOME, runOrder=run_order, configuration={"FunctionName": GATE})


STAGES: list[Mapping[str, Any]] = [
    {"name": "Source", "actions": [action("Source", "Source", "CodeStarSourceConnection", HOME)]},
    {"name": "Build", "actions": [action("Build", "Build", "CodeBuild", HOME)]},
    {"name": "DeployPrimary", "actions": [deploy("Deploy-US-East", "us-east-1")]},
    {"name": "ValidatePrimary", "actions": [gate("Validate-US-East")]},
    {
        "name": "DeploySecondary",
        "actions": [deploy("Deploy-EU-West", "eu-west-1"), deploy("Deploy-AP-Southeast", "ap-southeast-1")],
    },
    {"name": "ValidateSecondary", "actions": [gate("Validate-Secondary")]},
]


@dataclass
class Region:
    """A region's ECS, and what a healthy service there looks like."""

    ecs: FakeEcs
    definition: str
    service: dict[str, Any]
    tasks: list[dict[str, Any]]

    def fail_tasks(self) -> None:
        """The service's tasks have died again and again, the last one just now."""
        for task in self.tasks:
            self.ecs.tasks.pop(task["taskArn"])
        self.service["runningCount"] = self.service["deployments"][0]["runningCount"] = 0
        for seconds in (90, 60, 30):
            self.ecs.stop(SERVICE, self.definition, datetime.now(UTC) - timedelta(seconds=seconds))

    def deploying(self) -> None:
        """The rollout is in progress and no task runs yet."""
        self.service["deployments"][0] |= {"rolloutState": "IN_PROGRESS", "runningCount": 0}
        self.service["runningCount"] = 0


class Release:
    """The world; needs moto's S3 around it."""

    def __init__(self) -> None:
        self.codepipeline = FakeCodePipeline()
        self.ecr = FakeEcr()
        self.digest = self.ecr.push(SERVICE, "0a1b2c3", platforms=2)
        self.old_digest = self.ecr.push(SERVICE, "9f8e7d6")
        self.regions = {region: self._region(region, cluster) for region, cluster in CLUSTERS.items()}
        fakes: dict[tuple[str, str | None], JsonService] = {
            ("ecs", name): region.ecs for name, region in self.regions.items()
        }
        self.aws = FakeClients(fakes | {("codepipeline", HOME): self.codepipeline, ("ecr", HOME): self.ecr})
        self.define(STAGES)
        configuration = {"FunctionName": GATE}
        self.codepipeline.jobs[JOB] = FakeJob(context("ValidateSecondary", "Validate-Secondary"), configuration)

    def define(self, stages: Iterable[Mapping[str, Any]]) -> None:
        """Define the pipeline; every deploy action of it has succeeded in the execution."""
        stages = list(stages)
        role = f"arn:aws:iam::{ACCOUNT}:role/pipeline"
        self.codepipeline.pipelines[PIPELINE] = {"name": PIPELINE, "roleArn": role, "version": 3, "stages": stages}
        self.codepipeline.executions[EXECUTION] = [
            self._ran(stage["name"], declared)
            for stage in stages
            for declared in stage["actions"]
            if declared["actionTypeId"]["category"] == "Deploy"
        ]

    def add_gate(self, stage: str, **added: Any) -> None:
        """The definition's stage has another action as well, or a condition."""
        pipeline = self.codepipeline.pipelines[PIPELINE]
        stages = [
            {**each, "actions": [*each["actions"], *added.get("actions", [])], **added.get("conditions", {})}
            if each["name"] == stage
            else each
            for each in pipeline["stages"]
        ]
        self.codepipeline.pipelines[PIPELINE] = {**pipeline, "stages": stages}

    def rule(self, stage: str, name: str, parameters: Mapping[str, Any], **more: str) -> None:
        """A stage's condition has a rule that invokes the gate with these UserParameters; it runs now."""
        kind = {"category": "Rule", "owner": "AWS", "provider": "LambdaInvoke", "version": "1"}
        declared = {"FunctionName": GATE, "UserParameters": json.dumps(parameters)}
        rule = {"name": name, "ruleTypeId": kind, "configuration": declared}
        self.add_gate(stage, conditions={"onSuccess": {"conditions": [{"result": "FAIL", "rules": [rule]}]}})
        ran = {"pipelineExecutionId": EXECUTION, "stageName": stage, "ruleName": name, "status": "InProgress", **more}
        told = {"startTime": NOW, "input": {"ruleTypeId": kind, "resolvedConfiguration": declared}}
        self.codepipeline.rules.append(ran | told)
        self.codepipeline.jobs[JOB] = FakeJob({}, declared)

    def store(self, region: str, content: bytes) -> None:
        """Replace the input artifact of a region's deploy action."""
        SESSION.client("s3", region_name=region).put_object(Bucket=bucket(region), Key="b/BuildOutp/x1", Body=content)

    def _region(self, name: str, cluster: str) -> Region:
        ecs = FakeEcs(name)
        ecs.define(f"{SERVICE}:6", {"app": OLD_IMAGE})
        definition = ecs.define(f"{SERVICE}:7", {"app": IMAGE})
        service = ecs.serve(cluster, SERVICE, definition)
        service["deployments"][0]["createdAt"] = STARTED + timedelta(seconds=20)
        tasks = [ecs.run(SERVICE, definition, {"app": self.digest}) for _ in range(2)]
        location = {} if name == HOME else {"CreateBucketConfiguration": {"LocationConstraint": name}}
        SESSION.client("s3", region_name=name).create_bucket(Bucket=bucket(name), **location)  # type: ignore[arg-type]  # a literal of every region
        self.store(name, zipped({"imagedefinitions.json": definitions(IMAGE)}))
        return Region(ecs, definition, service, tasks)

    @staticmethod
    def _ran(stage: str, declared: Mapping[str, Any]) -> Mapping[str, Any]:
        location = {"bucket": bucket(declared["region"]), "key": "b/BuildOutp/x1"}
        return action_execution(
            stage,
            declared["name"],
            STARTED,
            region=declared["region"],
            configuration=declared.get("configuration", {}),
            resolvedConfiguration=declared.get("configuration", {}),
            inputArtifacts=[{"name": "BuildOutput", "s3location": location}],
        )


def definitions(image: str, name: str = "app") -> bytes:
    """An imagedefinitions.json."""
    return json.dumps([{"name": name, "imageUri": image}]).encode()


def context(stage: str, action_name: str, **overrides: Any) -> dict[str, Any]:
    """A job's pipelineContext."""
    return {
        "pipelineName": PIPELINE,
        "stage": {"name": stage},
        "action": {"name": action_name},
        "pipelineArn": f"arn:aws:codepipeline:{HOME}:{ACCOUNT}:{PIPELINE}",
        "pipelineExecutionId": EXECUTION,
        **overrides,
    }
