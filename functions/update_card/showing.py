"""Brings a subject's card up to date: the newest state of the ledger, or nothing where that is shown already."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from aws_lambda_powertools import Logger

from crosscheck.errors import RetryLaterError
from crosscheck.slack import Refusal, SlackRefusedError
from crosscheck.subjects import ImageSubject, Subject
from crosscheck.telemetry import count
from update_card.messages import Message

if TYPE_CHECKING:
    from crosscheck.cards import Card
    from crosscheck.subjects import Keyed
    from update_card.drawing import Drawing, Drawn
    from update_card.messages import Messages
    from update_card.workspace import Workspace

logger = Logger(child=True)

WAIT_FOR_OTHER = 5


@dataclass(frozen=True)
class Showing:
    """Shows subjects in Slack."""

    drawing: Drawing
    messages: Messages
    workspace: Workspace
    channel: str

    def show(self, subject: Subject | ImageSubject) -> None:
        """Post or update the subject's card.

        Raises:
            RetryLaterError: Slack, its secret or another handler makes us wait.
        """
        drawn = self._draw(subject)
        if drawn is None:
            logger.warning("nothing is known of the subject any more", subject=subject.key)
            return
        message = self.messages.find(subject)
        if message and message.version >= drawn.version:
            return
        try:
            self._send(subject, drawn.card, drawn.version, message)
        except SlackRefusedError as error:
            # Asking again would get the same answer and hold up every other card: a person has to look.
            logger.error("Slack refused the card", subject=subject.key, error=error.error)  # noqa: TRY400 - Slack's word says it all
            count("CardsRefused")

    def _draw(self, subject: Subject | ImageSubject) -> Drawn | None:
        match subject:
            case Subject():
                return self.drawing.release(subject)
            case ImageSubject():
                return self.drawing.image(subject)

    def _send(self, subject: Keyed, card: Card, version: int, message: Message | None) -> None:
        if message is None:
            self._post(subject, card, version)
            return
        if message.digest != card.digest:
            try:
                self.workspace.update(message.channel, message.timestamp, card)
            except SlackRefusedError as error:
                if error.refusal is not Refusal.MESSAGE_GONE:
                    raise
                self.messages.forget(subject)
                self._post(subject, card, version)
                return
        self.messages.save(subject, Message(message.channel, message.timestamp, version, card.digest))

    def _post(self, subject: Keyed, card: Card, version: int) -> None:
        if not self.messages.claim(subject):
            raise RetryLaterError("another handler posts this card", WAIT_FOR_OTHER)
        try:
            timestamp = self.workspace.post(self.channel, card)
        except (SlackRefusedError, RetryLaterError):
            self.messages.release(subject)
            raise
        self.messages.save(subject, Message(self.channel, timestamp, version, card.digest))
