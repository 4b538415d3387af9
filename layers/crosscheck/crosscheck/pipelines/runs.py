"""What CodePipeline says of the actions of one execution."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from crosscheck.pipelines.definition import account_of

if TYPE_CHECKING:
    from mypy_boto3_codepipeline import CodePipelineClient
    from mypy_boto3_codepipeline.type_defs import (
        ActionExecutionDetailTypeDef,
        ActionExecutionInputTypeDef,
        ArtifactDetailTypeDef,
        RuleExecutionInputTypeDef,
    )

# 500 actions, each of them retried a few times
LIMIT = 2_000


@dataclass(frozen=True)
class Artifact:
    """Where an artifact of this execution lies: a zip in an artifact store."""

    bucket: str
    key: str


@dataclass(frozen=True)
class ActionRun:
    """The latest run of an action in one execution. ``started`` and ``ended`` are in epoch seconds, the latter 0 while
    it goes on or where CodePipeline does not tell it; ``status`` is CodePipeline's.

    ``account`` is the account of the role under which the action ran, empty where CodePipeline names none. ``external``
    is the deploying service's own id of what the action began there (a CodeDeploy deployment's id, a stack's ARN; of a
    source action the revision), ``outputs`` are the action's output variables and ``produced`` its output artifacts;
    empty where CodePipeline tells none. ``provider`` is that of AWS's own deploy actions; of every other action it is
    its type in three words, which no provider's name is. ``region`` is the action's.
    """

    stage: str
    name: str
    status: str
    started: float = 0.0
    configuration: Mapping[str, str] = field(default_factory=dict)
    inputs: Mapping[str, Artifact] = field(default_factory=dict)
    account: str = ""
    error: str = ""
    external: str = ""
    outputs: Mapping[str, str] = field(default_factory=dict)
    produced: Mapping[str, Artifact] = field(default_factory=dict)
    ended: float = 0.0
    provider: str = ""
    region: str = ""

    @property
    def left_a_trace(self) -> bool:
        """Whether CodePipeline says that the action did anything: it succeeded, or it names what it began or brought.

        An action that failed without a trace may have been refused what it wanted: its configuration may name what
        belongs to somebody else.
        """
        return self.status == "Succeeded" or bool(self.external or self.outputs)

    def ended_before(self, at: float) -> bool:
        """Whether it is known to have ended before this time, in epoch seconds: what came then is not its doing."""
        return 0 < self.ended < at


@dataclass(frozen=True)
class RuleRun:
    """A rule of a stage's condition that is running, since ``started`` (epoch seconds, 0 if unknown); variables in its
    configuration are resolved where CodePipeline did so."""

    stage: str
    name: str
    configuration: Mapping[str, str]
    started: float = 0.0


def read_runs(client: CodePipelineClient, pipeline: str, execution: str) -> Mapping[tuple[str, str], ActionRun]:
    """The latest run of each action of an execution, by stage and action.

    Raises:
        ClientError, BotoCoreError: CodePipeline refused, or did not answer.
    """
    pages = client.get_paginator("list_action_executions").paginate(
        pipelineName=pipeline,
        filter={"pipelineExecutionId": execution},
        PaginationConfig={"MaxItems": LIMIT, "PageSize": 100},
    )
    return latest(detail for page in pages for detail in page["actionExecutionDetails"])


def running_rules(client: CodePipelineClient, pipeline: str, execution: str) -> tuple[RuleRun, ...]:
    """The rules of stage conditions that an execution runs at this moment.

    Raises:
        ClientError, BotoCoreError: as above.
    """
    pages = client.get_paginator("list_rule_executions").paginate(
        pipelineName=pipeline,
        filter={"pipelineExecutionId": execution},
        PaginationConfig={"MaxItems": LIMIT, "PageSize": 100},
    )
    return tuple(
        RuleRun(
            detail["stageName"],
            detail["ruleName"],
            _configuration(detail.get("input", {})),
            detail["startTime"].timestamp() if "startTime" in detail else 0.0,
        )
        for page in pages
        for detail in page["ruleExecutionDetails"]
        if detail.get("status") == "InProgress"
    )


def latest(details: Iterable[ActionExecutionDetailTypeDef]) -> Mapping[tuple[str, str], ActionRun]:
    """The run of each action that started last: a retry replaces what it retries."""
    begun = sorted(map(parse_run, details), key=lambda run: run.started)
    return {(run.stage, run.name): run for run in begun}


def parse_run(detail: ActionExecutionDetailTypeDef) -> ActionRun:
    """One entry of ListActionExecutions. Variables in the configuration are resolved where CodePipeline did so."""
    given = detail.get("input", {})
    output = detail.get("output", {})
    result = output.get("executionResult", {})
    started, updated = detail.get("startTime"), detail.get("lastUpdateTime")
    status = detail.get("status", "InProgress")
    return ActionRun(
        stage=detail["stageName"],
        name=detail["actionName"],
        status=status,
        started=started.timestamp() if started else 0.0,
        configuration=_configuration(given),
        inputs=_artifacts(given.get("inputArtifacts", [])),
        account=account_of(given.get("roleArn", "")),
        error=result.get("errorDetails", {}).get("code", ""),
        external=result.get("externalExecutionId", ""),
        outputs=output.get("outputVariables", {}),
        produced=_artifacts(output.get("outputArtifacts", [])),
        ended=updated.timestamp() if updated and status != "InProgress" else 0.0,
        provider=_provider(given),
        region=given.get("region", ""),
    )


def _provider(given: ActionExecutionInputTypeDef) -> str:
    """The provider of AWS's own deploy actions; of every other action its whole type, which no provider is called."""
    if "actionTypeId" not in given:
        return ""
    ran = given["actionTypeId"]
    own = (ran["owner"], ran["category"]) == ("AWS", "Deploy")
    return ran["provider"] if own else f"{ran['owner']} {ran['category']} {ran['provider']}"


def _configuration(given: ActionExecutionInputTypeDef | RuleExecutionInputTypeDef) -> Mapping[str, str]:
    return given.get("resolvedConfiguration") or given.get("configuration", {})


def _artifacts(listed: Iterable[ArtifactDetailTypeDef]) -> Mapping[str, Artifact]:
    return {
        artifact["name"]: Artifact(artifact["s3location"]["bucket"], artifact["s3location"]["key"])
        for artifact in listed
        if {"bucket", "key"} <= artifact.get("s3location", {}).keys()
    }
