"""The look ``pipeline-stage``: which execution brought what a stage runs. Only preflight takes it, for a rollback."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

from crosscheck.clients import Clients
from crosscheck.contracts.check import Check, PlannedCheck
from crosscheck.contracts.parameters import text
from crosscheck.contracts.verdicts import Finding, Verdict
from crosscheck.ledger.subjects import Subject
from crosscheck.ledger.verdict_facts import PIPELINE_STAGE
from crosscheck.pipelines.definition import PipelineDefinition

if TYPE_CHECKING:
    from mypy_boto3_codepipeline import CodePipelineClient


class StageHistory(Check):
    """The baseline of a stage is the id of the newest execution that succeeded in it."""

    kind = PIPELINE_STAGE
    permissions = frozenset({"codepipeline:ListPipelineExecutions"})
    parameters = {"pipeline": text(100, needed=True), "stage": text(100, needed=True)}

    def preflight(self, definition: PipelineDefinition) -> Iterable[PlannedCheck]:
        """Every stage that deploys."""
        for stage in definition.stages:
            if stage.deploy_actions:
                yield replace(_planned(definition.region, definition.name, stage.name), baseline_only=True)

    def run(self, planned: PlannedCheck, aws: Clients) -> Finding:
        """Look once. A stage in which nothing has succeeded yet has no baseline."""
        pipeline, stage = planned.parameters["pipeline"], planned.parameters["stage"]
        newest = newest_success(aws.client("codepipeline", planned.region), pipeline, stage)
        if not newest:
            return planned.finding(Verdict.INCONCLUSIVE, f"no execution has succeeded in {stage}")
        found = planned.finding(Verdict.PASS, f"execution {newest} succeeded in {stage}")
        return replace(found, baselines={planned.subject: newest})


def planned_stage(execution: Subject, stage: str) -> PlannedCheck:
    """The look at a stage of an execution's pipeline. Its ``subject`` names the stage among the deploy targets."""
    return _planned(execution.region, execution.pipeline, stage)


def newest_success(client: CodePipelineClient, pipeline: str, stage: str) -> str:
    """The newest execution that succeeded in a stage, empty where none has; CodePipeline lists the newest first."""
    pages = client.get_paginator("list_pipeline_executions").paginate(
        pipelineName=pipeline,
        filter={"succeededInStage": {"stageName": stage}},
        PaginationConfig={"MaxItems": 1},
    )
    return next((each["pipelineExecutionId"] for page in pages for each in page["pipelineExecutionSummaries"]), "")


def _planned(region: str, pipeline: str, stage: str) -> PlannedCheck:
    return PlannedCheck(PIPELINE_STAGE, region, {"pipeline": pipeline, "stage": stage})
