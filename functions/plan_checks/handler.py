"""Entry point: the state machine's input."""

from collections.abc import Mapping, Sequence
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from crosscheck import times
from crosscheck.aws_errors import error_texts_left_out
from crosscheck.clients import Clients
from crosscheck.errors import ConfigurationError
from crosscheck.init_phase import made_at_init
from crosscheck.ledger.states import State
from crosscheck.ledger.subjects import ImageSubject, Subject, parse_subject
from crosscheck.telemetry import function_logger
from crosscheck.verification.item import VerificationItem
from plan_checks.image_plan import ImagePlanning
from plan_checks.preflight_plan import PreflightPlanning
from plan_checks.release.asked_rollback import AskedRollback, AskedRollbackPlanning
from plan_checks.release.plan import ReleasePlanning
from plan_checks.release.plan_inputs import FinishedStage

type PlanRequest = ImageSubject | Subject | FinishedStage | AskedRollback

logger = function_logger()


@made_at_init
def _clients() -> Clients:
    clients = Clients()
    clients.prepare("dynamodb", "sqs", "codepipeline")
    return clients


def _plan(request: PlanRequest) -> Sequence[VerificationItem]:
    match request:
        case ImageSubject():
            return ImagePlanning.from_env(_clients()).plan(request)
        case Subject():
            return PreflightPlanning.from_env(_clients()).plan(request)
        case FinishedStage():
            return ReleasePlanning.from_env(_clients()).plan(request)
        case AskedRollback():
            return AskedRollbackPlanning.from_env(_clients()).plan(request)


@logger.inject_lambda_context
@error_texts_left_out
def handler(event: Mapping[str, Any], context: LambdaContext) -> Mapping[str, Any]:  # noqa: ARG001 - Lambda's signature
    """``{"subject", "regions": [item]}``: an item for each region that is to be looked at."""
    items = _plan(parse_request(event))
    regions = {item.region: f"{item.stage} {item.mode} {item.gate_verdict}".strip() for item in items}
    logger.info("planned", subject=event["subject"], regions=regions)
    return {"subject": event["subject"], "regions": [item.to_json() for item in items]}


def parse_request(event: Mapping[str, Any]) -> PlanRequest:
    """An image to follow; an execution that has started, for its preflight; a stage that has finished; or a region that
    a person wants to take back.

    The input is ``{"subject": <key>}``; for a stage also ``"stage"``, ``"state"``, ``"attempt"``, ``"at"`` (ISO 8601),
    and for a region ``"stage"``, ``"region"``, ``"attempt"`` and ``"rolled_back_by"``.

    Raises:
        ConfigurationError: it is none of these.
    """
    subject = parse_subject(event["subject"])
    if isinstance(subject, ImageSubject) or "stage" not in event:
        return subject
    try:
        if "rolled_back_by" in event:
            stage, region, by = (str(event[key]) for key in ("stage", "region", "rolled_back_by"))
            return AskedRollback(subject, stage, region, int(event["attempt"]), by)
        return FinishedStage(
            subject=subject,
            stage=str(event["stage"]),
            succeeded=State(event["state"]) is State.SUCCEEDED,
            attempt=int(event["attempt"]),
            at=times.from_text(event["at"]),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise ConfigurationError(f"not an input that Crosscheck writes: {type(error).__name__} in it") from None
