"""What the state machine was started for."""

from collections.abc import Mapping
from typing import Any

from crosscheck import times
from crosscheck.errors import ConfigurationError
from crosscheck.ledger.states import State
from crosscheck.ledger.subjects import ImageSubject, Subject, parse_subject
from plan_checks.release.plan import FinishedStage

type PlanRequest = ImageSubject | Subject | FinishedStage


def asked(event: Mapping[str, Any]) -> PlanRequest:
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
