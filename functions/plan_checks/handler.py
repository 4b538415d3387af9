"""Entry point: the state machine's input."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, assert_never

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from crosscheck import times
from crosscheck.clients import Clients
from crosscheck.errors import ConfigurationError
from crosscheck.ledger.card_queue import CardQueue
from crosscheck.ledger.states import State
from crosscheck.ledger.subjects import ImageSubject, Subject, parse_subject
from crosscheck.ledger.table import Ledger
from crosscheck.verification.item import VerificationItem
from plan_checks.image_plan import ImagePlanning
from plan_checks.preflight_plan import PreflightPlanning
from plan_checks.release.plan import FinishedStage, ReleasePlanning
from plan_checks.settings import PlanSettings

type PlanRequest = ImageSubject | Subject | FinishedStage

logger = Logger()


@dataclass(frozen=True)
class _Planning:
    images: ImagePlanning
    preflights: PreflightPlanning
    releases: ReleasePlanning

    def plan(self, request: PlanRequest) -> Sequence[VerificationItem]:
        match request:
            case ImageSubject():
                return self.images.plan(request)
            case Subject():
                return self.preflights.plan(request)
            case FinishedStage():
                return self.releases.plan(request)
            case _ as never:
                assert_never(never)


@cache
def _planning() -> _Planning:
    clients, settings = Clients(), PlanSettings.from_env()
    ledger, cards = Ledger.from_env(clients), CardQueue.from_env(clients)
    return _Planning(
        images=ImagePlanning(clients, ledger, cards, settings, time.time),
        preflights=PreflightPlanning(clients, ledger, cards, settings, time.time),
        releases=ReleasePlanning(clients, ledger, settings, time.time),
    )


@logger.inject_lambda_context
def handler(event: Mapping[str, Any], context: LambdaContext) -> Mapping[str, Any]:  # noqa: ARG001 - Lambda's signature
    """``{"subject", "regions": [item]}``: an item for each region that is to be looked at."""
    items = _planning().plan(parse_request(event))
    regions = {item.region: f"{item.stage} {item.mode} {item.gate_verdict}".strip() for item in items}
    logger.info("planned", subject=event["subject"], regions=regions)
    return {"subject": event["subject"], "regions": [item.to_json() for item in items]}


def parse_request(event: Mapping[str, Any]) -> PlanRequest:
    """An image to follow; an execution that has started, for its preflight; or a stage that has finished.

    The input is ``{"subject": <key>}``; for a stage also ``"stage"``, ``"state"``, ``"attempt"``, ``"at"`` (ISO 8601).

    Raises:
        ConfigurationError: it is none of these.
    """
    subject = parse_subject(event["subject"])
    if isinstance(subject, ImageSubject) or "stage" not in event:
        return subject
    try:
        return FinishedStage(
            subject=subject,
            stage=str(event["stage"]),
            succeeded=State(event["state"]) is State.SUCCEEDED,
            attempt=int(event["attempt"]),
            at=times.from_text(event["at"]),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise ConfigurationError(f"not an input that record_events writes: {type(error).__name__} in it") from None
