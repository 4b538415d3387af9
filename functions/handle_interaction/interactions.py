"""From a request to its answer: verified, read, and either asked for a reason or handed on."""

import base64
import binascii
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from aws_lambda_powertools import Logger

from crosscheck.decisions.approvers import Approvers
from crosscheck.decisions.click import Click
from crosscheck.decisions.response_url import is_slacks
from crosscheck.decisions.slack_secret import SlackSecret
from crosscheck.ledger.decision_facts import DecisionKind
from crosscheck.ledger.known_facts import KnownFacts
from crosscheck.ledger.table import Ledger
from crosscheck.releases.offers import OpenCheck, open_checks
from crosscheck.telemetry import count
from handle_interaction.dialog import dialog, open_dialog
from handle_interaction.payload import OddRequestError, Pressed, Submitted, read_payload
from handle_interaction.signature import genuine

logger = Logger(child=True)

OK, UNAUTHORIZED, BAD_GATEWAY = 200, 401, 502
# Slack sends the message along, which percent-encoding makes three times as long.
BODY_LIMIT = 1_000_000
_ASKS_WHY = frozenset({DecisionKind.REJECT, DecisionKind.SKIP})

type Response = dict[str, Any]


class Decisions(Protocol):
    """Who acts on clicks."""

    def send(self, click: Click) -> None:
        """Hand a click on, once for a double click."""


@dataclass(frozen=True)
class Interactions:
    """Answers Slack. ``local_host`` is that of the local account's Slack, else empty; ``clock`` gives epoch seconds."""

    secret: SlackSecret
    decisions: Decisions
    ledger: Ledger
    approvers: Approvers
    api_url: str
    local_host: str
    clock: Callable[[], float]

    def answer(self, event: Mapping[str, Any]) -> Response:
        """The answer to a request to the Function URL: 401 for whatever Slack has not signed, or would not send.

        Raises:
            ConfigurationError, ClientError, BotoCoreError: the secret, the queue or the ledger is out of reach. Slack
                shows the person that nothing happened.
        """
        now = self.clock()
        try:
            body = _body(event)
            if not genuine(_headers(event), body, self.secret.part("signing_secret"), now):
                return _refused("not signed by Slack")
            said = read_payload(body, now)
        except OddRequestError as error:
            return _refused(str(error))
        if said is None:
            return _answer(OK)
        if not is_slacks(said.click.response_url, self.local_host):
            return _refused("it asks for an answer to a foreign host")
        return self._take(said)

    def _take(self, said: Pressed | Submitted) -> Response:
        click = said.click
        logger.info("click", kind=click.request.kind, user=click.user, question=click.request.question)
        asks = isinstance(said, Pressed) and click.request.kind in _ASKS_WHY
        if asks and self.approvers.may_be(click.user):
            return self._ask(click, said.trigger if isinstance(said, Pressed) else "")
        self.decisions.send(click)
        return _answer(OK)

    def _ask(self, click: Click, trigger: str) -> Response:
        """Ask for the reason. Where Slack does not open the dialog, it shows the person that the click failed."""
        checks: tuple[OpenCheck, ...] = ()
        if click.request.kind is DecisionKind.SKIP:
            checks = open_checks(KnownFacts(self.ledger.read(click.request.release)))
            if not checks:
                self.decisions.send(click)  # which says that there is none any more
                return _answer(OK)
        try:
            open_dialog(self.api_url, self.secret.part("bot_token"), trigger, dialog(click, checks))
        except OSError as error:
            logger.warning("the dialog was not opened", reason=f"{type(error).__name__}: {error}"[:200])
            count("DialogsNotOpened")
            return _answer(BAD_GATEWAY)
        return _answer(OK)


def _headers(event: Mapping[str, Any]) -> dict[str, str]:
    given = event.get("headers")
    pairs = given.items() if isinstance(given, Mapping) else ()
    return {str(name).lower(): value for name, value in pairs if isinstance(value, str)}


def _body(event: Mapping[str, Any]) -> bytes:
    """The bytes that were signed; Lambda encodes a form's in base64.

    Raises:
        OddRequestError: there are none.
    """
    text = event.get("body", "")
    try:
        body = base64.b64decode(text, validate=True) if event.get("isBase64Encoded") else text.encode()
    except (binascii.Error, AttributeError, TypeError, ValueError):
        raise OddRequestError("the body is unreadable") from None
    if len(body) > BODY_LIMIT:
        raise OddRequestError("the body is too long")
    return body


def _refused(why: str) -> Response:
    """Nobody outside is told why."""
    logger.warning("request refused", reason=why)
    count("RequestsRefused")
    return _answer(UNAUTHORIZED)


def _answer(status: int) -> Response:
    return {"statusCode": status, "headers": {"content-type": "text/plain"}, "body": ""}
