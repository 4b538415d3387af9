"""Pipeline definitions to run: actions, conditions and their rules."""

from typing import Any

from local.clients import ACCOUNT_ID
from tests.unit.local.codepipeline.harness import HOME, Wire

ROLE = f"arn:aws:iam::{ACCOUNT_ID}:role/pipeline"
CONNECTION = f"arn:aws:codestar-connections:{HOME}:{ACCOUNT_ID}:connection/11111111-2222-3333-4444-555555555555"


def action(name: str, category: str, provider: str, configuration: dict[str, str], **more: Any) -> Wire:
    """An action; ``inputs`` and ``outputs`` are names of artifacts."""
    inputs, outputs = more.pop("inputs", ()), more.pop("outputs", ())
    return {
        "name": name,
        "actionTypeId": {"category": category, "owner": "AWS", "provider": provider, "version": "1"},
        "configuration": configuration,
        "inputArtifacts": [{"name": each} for each in inputs],
        "outputArtifacts": [{"name": each} for each in outputs],
    } | more


def git_source(**more: Any) -> Wire:
    configuration = {"ConnectionArn": CONNECTION, "FullRepositoryId": "my-org/my-service", "BranchName": "main"}
    return action(
        "Source",
        "Source",
        "CodeStarSourceConnection",
        configuration | more.pop("configuration", {}),
        outputs=["Source"],
        **more,
    )


def s3_source(bucket: str = "source", key: str = "app.zip") -> Wire:
    return action("Source", "Source", "S3", {"S3Bucket": bucket, "S3ObjectKey": key}, outputs=["Source"])


def build(**more: Any) -> Wire:
    configuration = {"ProjectName": "my-service-build"} | more.pop("configuration", {})
    return action("Build", "Build", "CodeBuild", configuration, inputs=["Source"], outputs=["Build"], **more)


def ecs(name: str = "Deploy", cluster: str = "production", **more: Any) -> Wire:
    configuration = {"ClusterName": cluster, "ServiceName": "my-service"} | more.pop("configuration", {})
    return action(name, "Deploy", "ECS", configuration, inputs=["Build"], **more)


def invoke(name: str = "Gate", function: str = "gate", **more: Any) -> Wire:
    configuration = {"FunctionName": function} | more.pop("configuration", {})
    return action(name, "Invoke", "Lambda", configuration, **more)


def pipeline(*stages: list[Wire], name: str = "my-pipeline", **more: Any) -> Wire:
    """A pipeline of these stages, with one store at home."""
    stores = {} if "artifactStores" in more else {"artifactStore": {"type": "S3", "location": "store-home"}}
    return (
        {
            "name": name,
            "roleArn": ROLE,
            "pipelineType": "V2",
            "executionMode": "QUEUED",
            "stages": [
                {"name": stage[0]["name"] + "Stage" if number else "SourceStage", "actions": stage}
                for number, stage in enumerate(stages)
            ],
        }
        | stores
        | more
    )


def approval(name: str = "Approve", **more: Any) -> Wire:
    configuration = {"CustomData": "Look at the numbers"} | more.pop("configuration", {})
    return action(name, "Approval", "Manual", configuration, **more)


def rule(name: str, provider: str, configuration: dict[str, str], **more: Any) -> Wire:
    kind = {"category": "Rule", "owner": "AWS", "provider": provider, "version": "1"}
    return {"name": name, "ruleTypeId": kind, "configuration": configuration} | more


def lambda_rule(name: str = "Check", function: str = "check", **more: Any) -> Wire:
    return rule(name, "LambdaInvoke", {"FunctionName": function} | more.pop("configuration", {}), **more)


def variable_rule(variable: str, value: str, operator: str = "EQ", name: str = "Mood") -> Wire:
    return rule(name, "VariableCheck", {"Variable": variable, "Value": value, "Operator": operator})


def condition(result: str, *rules: Wire) -> Wire:
    return {"conditions": [{"result": result, "rules": list(rules)}]}


def with_stage(wire: Wire, number: int = 1, **conditions: Wire) -> Wire:
    """The pipeline, with conditions on one of its stages."""
    wire["stages"][number] |= conditions
    return wire
