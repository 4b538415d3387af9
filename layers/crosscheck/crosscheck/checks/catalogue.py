"""The checks of this version, by kind, and the one way to run them."""

from __future__ import annotations

import traceback
from typing import TYPE_CHECKING

from aws_lambda_powertools import Logger

from crosscheck.checks.alarms import Alarms
from crosscheck.checks.artifact_store import ArtifactStore
from crosscheck.checks.cloudformation_stack import CloudFormationStack
from crosscheck.checks.codedeploy import CodeDeploy
from crosscheck.checks.ecr_image import EcrImage
from crosscheck.checks.ecs_service import EcsService
from crosscheck.checks.http_check import Http
from crosscheck.checks.lambda_alias import LambdaAlias
from crosscheck.checks.metric import MetricCheck
from crosscheck.checks.pipeline_execution import PipelineExecution
from crosscheck.checks.problems import AWS_ERRORS, explain
from crosscheck.checks.replication_cover import ReplicationCover
from crosscheck.checks.s3_object import S3Object
from crosscheck.checks.source_bucket import SourceBucket
from crosscheck.checks.source_parity import SourceParity
from crosscheck.checks.window import WindowCheck
from crosscheck.telemetry import count
from crosscheck.verdicts import Finding, Verdict

if TYPE_CHECKING:
    from collections.abc import Mapping

    from crosscheck.checks.check import ActionRun, Check, PlannedCheck
    from crosscheck.clients import Clients

_OFFERED: tuple[Check, ...] = (
    Alarms(),
    CloudFormationStack(),
    CodeDeploy(),
    EcrImage(),
    EcsService(),
    Http(),
    LambdaAlias(),
    MetricCheck(),
    S3Object(),
    WindowCheck(),
)
# Preflight's, the proof that a stage was rolled back, and what only CodePipeline can tell: no plan may ask for them.
_INTERNAL: tuple[Check, ...] = (
    ArtifactStore(),
    PipelineExecution(),
    ReplicationCover(),
    SourceBucket(),
    SourceParity(),
)

CHECKS: Mapping[str, Check] = {check.kind: check for check in _OFFERED}
EVERY_CHECK: Mapping[str, Check] = {check.kind: check for check in (*_OFFERED, *_INTERNAL)}

logger = Logger(child=True)


def look(planned: PlannedCheck, aws: Clients) -> Finding:
    """Look once. What AWS refuses or does not answer is INCONCLUSIVE, and so is a check that crashes: nothing comes
    out, so that one region's trouble never takes the verdicts of the others."""
    unfinished = _unfinished(planned, planned.run) if planned.run else None
    if unfinished:
        return unfinished
    if planned.gap:
        return planned.found(Verdict.INCONCLUSIVE, planned.gap)
    try:
        return EVERY_CHECK[planned.kind].look(planned, aws)
    except AWS_ERRORS as error:
        return planned.found(Verdict.INCONCLUSIVE, explain(error, planned.region))
    except Exception as error:  # a fault of the check's own proves nothing about the region; it is logged and counted
        return _crashed(planned, error)


def _crashed(planned: PlannedCheck, error: Exception) -> Finding:
    """Logs the class and the places, not the text: it may quote what a page or a parameter holds."""
    frames = [f"{frame.name} in {frame.filename}:{frame.lineno}" for frame in traceback.extract_tb(error.__traceback__)]
    name = type(error).__name__
    logger.error("a check crashed", check=planned.kind, region=planned.region, error=name, frames=frames)
    count("CheckCrashes")
    return planned.found(Verdict.INCONCLUSIVE, f"the check {planned.kind} crashed with {name}; its log says where")


def _unfinished(planned: PlannedCheck, run: ActionRun) -> Finding | None:
    """A deploy action that runs still, or did not succeed, is itself the finding."""
    match run.status:
        case "Succeeded":
            return None
        case "InProgress":
            return planned.found(Verdict.PENDING, f"deploy action {run.name} is in progress")
        case _:
            cause = f" ({run.error})" if run.error else ""
            return planned.found(Verdict.FAIL, f"deploy action {run.name} is {run.status.lower()}{cause}")
