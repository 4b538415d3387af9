"""The checks of this version, by kind, and the one way to run them."""

import traceback
from collections.abc import Mapping

from aws_lambda_powertools import Logger

from crosscheck.aws_errors import AWS_ERRORS, explain
from crosscheck.clients import Clients
from crosscheck.contracts.check import Check, PlannedCheck
from crosscheck.contracts.verdicts import Finding, Verdict
from crosscheck.pipelines.runs import ActionRun
from crosscheck.services.alarms.check import Alarms
from crosscheck.services.artifacts.parity_check import SourceParity
from crosscheck.services.cloudformation.check import CloudFormationStack
from crosscheck.services.codedeploy.check import CodeDeploy
from crosscheck.services.codepipeline.artifact_store import ArtifactStore
from crosscheck.services.codepipeline.check import PipelineExecution
from crosscheck.services.ecr.check import EcrImage
from crosscheck.services.ecs.check import EcsService
from crosscheck.services.ecs.image_replication import ImageReplication
from crosscheck.services.http.check import Http
from crosscheck.services.lambda_.check import LambdaAlias
from crosscheck.services.metric.check import MetricCheck
from crosscheck.services.s3.object_check import S3Object
from crosscheck.services.s3.source_bucket import SourceBucket
from crosscheck.services.window.check import WindowCheck
from crosscheck.telemetry import count

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
    ImageReplication(),
    SourceBucket(),
    SourceParity(),
)

CHECKS: Mapping[str, Check] = {check.kind: check for check in _OFFERED}
EVERY_CHECK: Mapping[str, Check] = {check.kind: check for check in (*_OFFERED, *_INTERNAL)}

logger = Logger(child=True)

_HAPPENED = {"Failed": "failed", "Abandoned": "was abandoned"}


def run_check(planned: PlannedCheck, aws: Clients) -> Finding:
    """Look once. What AWS refuses or does not answer is INCONCLUSIVE, and so is a check that crashes: nothing comes
    out, so that one region's trouble never takes the verdicts of the others."""
    unfinished = _unfinished(planned, planned.run) if planned.run else None
    if unfinished:
        return unfinished
    if planned.unsupported:
        return planned.finding(Verdict.INCONCLUSIVE, planned.unsupported)
    try:
        return EVERY_CHECK[planned.kind].look(planned, aws)
    except AWS_ERRORS as error:
        return planned.finding(Verdict.INCONCLUSIVE, explain(error, planned.region))
    except Exception as error:  # a fault of the check's own proves nothing about the region; it is logged and counted
        return _crashed(planned, error)


def _crashed(planned: PlannedCheck, error: Exception) -> Finding:
    """Logs the class and the places, not the text: it may quote what a page or a parameter holds."""
    frames = [f"{frame.name} in {frame.filename}:{frame.lineno}" for frame in traceback.extract_tb(error.__traceback__)]
    name = type(error).__name__
    logger.error("a check crashed", check=planned.kind, region=planned.region, error=name, frames=frames)
    count("CheckCrashes")
    return planned.finding(Verdict.INCONCLUSIVE, f"the check {planned.kind} crashed with {name}; its log says where")


def _unfinished(planned: PlannedCheck, run: ActionRun) -> Finding | None:
    """A deploy action that runs still, or did not succeed, is itself the finding."""
    match run.status:
        case "Succeeded":
            return None
        case "InProgress":
            return planned.finding(Verdict.PENDING, f"deploy action {run.name} is in progress")
        case _:
            cause = f" ({run.error})" if run.error else ""
            happened = _HAPPENED.get(run.status, f"is {run.status.lower()}")
            return planned.finding(Verdict.FAIL, f"deploy action {run.name} {happened}{cause}")
