"""Asks CodePipeline, and counts how often."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from crosscheck.aws_errors import code
from crosscheck.clients import Clients
from crosscheck.ledger.states import State
from crosscheck.ledger.subjects import Subject
from crosscheck.pipelines.pipeline import read_pipeline
from crosscheck.pipelines.runs import LIMIT
from reconcile.reported import (
    ReportedAction,
    ReportedExecution,
    known_execution,
    listed_execution,
    reported_action,
    state_of,
)

if TYPE_CHECKING:
    from mypy_boto3_codepipeline import CodePipelineClient

NEWEST_LISTED = 25
_GONE = frozenset({"PipelineNotFoundException", "PipelineExecutionNotFoundException"})


class PipelineReader:
    """CodePipeline in any region. ``calls`` counts the requests.

    Every method raises ClientError or BotoCoreError where CodePipeline refuses, or does not answer.
    """

    def __init__(self, clients: Clients) -> None:
        self._clients = clients
        self.calls = 0

    def pipelines(self, region: str) -> Iterator[str]:
        """The pipelines of a region."""
        for page in self._pages(region, "list_pipelines", {}):
            yield from (pipeline["name"] for pipeline in page["pipelines"] if "name" in pipeline)

    def newest(self, region: str, pipeline: str) -> Mapping[str, ReportedExecution]:
        """The newest executions of a pipeline by id, the newest first; none where there is no such pipeline."""
        try:
            self.calls += 1
            client = self._client(region)
            listed = client.list_pipeline_executions(pipelineName=pipeline, maxResults=NEWEST_LISTED)
        except ClientError as error:
            if code(error) in _GONE:
                return {}
            raise
        return {each.id: each for each in map(listed_execution, listed["pipelineExecutionSummaries"])}

    def execution(self, subject: Subject) -> ReportedExecution | None:
        """An execution; None where CodePipeline knows it no more."""
        try:
            self.calls += 1
            client = self._client(subject.region)
            answer = client.get_pipeline_execution(pipelineName=subject.pipeline, pipelineExecutionId=subject.execution)
        except ClientError as error:
            if code(error) in _GONE:
                return None
            raise
        return known_execution(answer["pipelineExecution"])

    def actions(self, subject: Subject) -> tuple[ReportedAction, ...]:
        """Every run of the execution's actions that has started."""
        wanted = {"pipelineName": subject.pipeline, "filter": {"pipelineExecutionId": subject.execution}}
        pages = self._pages(subject.region, "list_action_executions", wanted, {"MaxItems": LIMIT, "PageSize": 100})
        details = (detail for page in pages for detail in page["actionExecutionDetails"])
        return tuple(action for action in map(reported_action, details) if action)

    def stages(self, subject: Subject) -> Mapping[str, State]:
        """The states of the stages that this execution was the last to enter; none in PARALLEL mode."""
        self.calls += 1
        answer = self._client(subject.region).get_pipeline_state(name=subject.pipeline)
        found = {}
        for stage in answer.get("stageStates", []):
            latest = stage.get("latestExecution")
            if latest and latest["pipelineExecutionId"] == subject.execution and "stageName" in stage:
                found[stage["stageName"]] = state_of(latest["status"])
        return found

    def is_ignored(self, region: str, pipeline: str) -> bool:
        """Whether the pipeline has the tag ``crosscheck:ignore``."""
        self.calls += 2
        return read_pipeline(self._client(region), pipeline, region).tags.ignore

    def _client(self, region: str) -> CodePipelineClient:
        return self._clients.client("codepipeline", region)

    def _pages(
        self, region: str, operation: Any, request: Mapping[str, Any], limits: Mapping[str, int] | None = None
    ) -> Iterator[Any]:
        paginator: Any = self._client(region).get_paginator(operation)
        for page in paginator.paginate(**request, PaginationConfig=limits or {}):
            self.calls += 1
            yield page
