"""What a message is about, in a line. Pure."""

from collections.abc import Mapping
from typing import Any

from crosscheck.errors import ConfigurationError, UnreadableEventError
from crosscheck.events.changes import parse
from crosscheck.ledger.subjects import LedgerKey, Subject, parse_subject
from crosscheck.size_limits import parse_json

_EXECUTION = 8


class UnusableMessageError(ConfigurationError):
    """A message that would be given up again at once; the text says why."""


def event_in_words(event: Any, account: str) -> str:
    """What an event tells.

    Raises:
        UnusableMessageError: the stack of this account cannot read it, or has no use for it.
    """
    try:
        change = parse(event)
    except UnreadableEventError as error:
        raise UnusableMessageError(str(error)) from None
    if change is None:
        raise UnusableMessageError("the event means nothing to Crosscheck")
    if event.get("account") != account:
        raise UnusableMessageError(f"the event is of another account than the stack, which is in {account}")
    run: Mapping[str, Any] = change.fact.latest.get("run", {})
    return (
        f"{_subject(change.subject)}: {' '.join(filter(None, (change.fact.name, str(run.get('state', '')).lower())))}"
    )


def event_message_in_words(body: str, account: str) -> str:
    """What the event in a message tells; raises as ``event_in_words``."""
    try:
        event = parse_json(body)
    except ValueError:
        raise UnusableMessageError("the message is no JSON") from None
    return event_in_words(event, account)


def card_message_in_words(body: str, account: str) -> str:  # noqa: ARG001 - as of an event's message
    """Which card is to be drawn.

    Raises:
        UnusableMessageError: the message names none.
    """
    try:
        return f"the card of {_subject(parse_subject(body))}"
    except ConfigurationError as error:
        raise UnusableMessageError(str(error)) from None


def _subject(subject: LedgerKey) -> str:
    return f"{subject.pipeline} {subject.execution[:_EXECUTION]}" if isinstance(subject, Subject) else subject.name
