"""What a decision does to a pipeline. Everything is read again from CodePipeline first, or refused by it.

https://docs.aws.amazon.com/codepipeline/latest/APIReference/API_PutApprovalResult.html
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from apply_decision.outcome import DONE, DecisionOutcome, refused
from crosscheck.clients import Clients
from crosscheck.decisions.click import Click
from crosscheck.ledger.decision_facts import DecisionKind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mypy_boto3_codepipeline import CodePipelineClient
    from mypy_boto3_codepipeline.type_defs import ActionExecutionDetailTypeDef

SUMMARY_LIMIT, STOP_LIMIT = 512, 200
NOT_WAITING = "the approval does not wait any more: it expired, or was answered in CodePipeline"
_SPACES = re.compile(r"\s+")


@dataclass(frozen=True)
class PipelineActions:
    """Acts on pipelines, in whatever region they live. Every method raises ClientError or BotoCoreError where
    CodePipeline refuses, or does not answer."""

    clients: Clients

    def answer(self, click: Click, run: str) -> DecisionOutcome:
        """Approve or reject, with a fresh token; ``run`` is the id of the action's run that the card shows, empty where
        no event told it."""
        request = click.request
        client = self._client(click)
        token = _token(client, click, run)
        if not token:
            return refused(NOT_WAITING)
        approved = request.kind is DecisionKind.APPROVE
        client.put_approval_result(
            pipelineName=request.release.pipeline,
            stageName=request.stage,
            actionName=request.place,
            result={
                "summary": _signed("Approved" if approved else "Rejected", click)[:SUMMARY_LIMIT],
                "status": "Approved" if approved else "Rejected",
            },
            token=token,
        )
        return DONE

    def was_answered(self, click: Click, run: str) -> bool:
        """Whether the approval of that ``run`` was answered as the click says."""
        ended = "Succeeded" if click.request.kind is DecisionKind.APPROVE else "Failed"
        runs = _runs(self._client(click), click)
        latest = next((each for each in runs if run in {"", each.get("actionExecutionId")}), None)
        return latest is not None and latest.get("status") == ended

    def retry(self, click: Click) -> DecisionOutcome:
        """Run the failed actions of a stage again."""
        request = click.request
        self._client(click).retry_stage_execution(
            pipelineName=request.release.pipeline,
            stageName=request.stage,
            pipelineExecutionId=request.release.execution,
            retryMode="FAILED_ACTIONS",
        )
        return DONE

    def stop(self, click: Click) -> DecisionOutcome:
        """Stop the execution once its actions in progress have ended."""
        release = click.request.release
        self._client(click).stop_pipeline_execution(
            pipelineName=release.pipeline,
            pipelineExecutionId=release.execution,
            abandon=False,
            reason=_signed("Stopped", click)[:STOP_LIMIT],
        )
        return DONE

    def _client(self, click: Click) -> CodePipelineClient:
        return self.clients.client("codepipeline", click.request.release.region)


def _signed(what: str, click: Click) -> str:
    """For people in CodePipeline, who see that a role of Crosscheck's did it."""
    reason = f": {click.reason}" if click.reason else ""
    return _SPACES.sub(" ", f"{what} by {click.user} in Slack{reason}")


def _token(client: CodePipelineClient, click: Click, run: str) -> str:
    """The token of the approval that waits in this execution; empty where none does."""
    request = click.request
    stages = client.get_pipeline_state(name=request.release.pipeline).get("stageStates", [])
    if not stages:
        return _parallel_token(client, click)
    for stage in stages:
        latest = stage.get("latestExecution", {}).get("pipelineExecutionId")
        if stage.get("stageName") != request.stage or latest != request.release.execution:
            continue
        for action in stage.get("actionStates", []):
            asked: Any = action.get("latestExecution", {})
            same_run = not run or asked.get("actionExecutionId", run) == run
            if action.get("actionName") == request.place and asked.get("status") == "InProgress" and same_run:
                return str(asked.get("token", ""))
    return ""


def _parallel_token(client: CodePipelineClient, click: Click) -> str:
    """In PARALLEL mode GetPipelineState names no stages; the token is the external id of the action's run.

    https://docs.aws.amazon.com/codepipeline/latest/userguide/approvals-approve-or-reject.html
    """
    waits = (each for each in _runs(client, click) if each.get("status") == "InProgress")
    run = next(waits, None)
    return run.get("output", {}).get("executionResult", {}).get("externalExecutionId", "") if run else ""


def _runs(client: CodePipelineClient, click: Click) -> Iterator[ActionExecutionDetailTypeDef]:
    """The runs of the approval in this execution, the latest first."""
    request = click.request
    pages = client.get_paginator("list_action_executions").paginate(
        pipelineName=request.release.pipeline, filter={"pipelineExecutionId": request.release.execution}
    )
    for page in pages:
        for each in page["actionExecutionDetails"]:
            if (each.get("stageName"), each.get("actionName")) == (request.stage, request.place):
                yield each
