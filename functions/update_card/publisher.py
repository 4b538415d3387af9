"""Brings a subject's card up to date: the newest state of the ledger, or nothing where that is shown already."""

from dataclasses import dataclass

from aws_lambda_powertools import Logger

from crosscheck.cards.layout import Card
from crosscheck.cards.slack import MESSAGE_GONE, ChannelRefusedError, PerhapsSentError, SlackRefusedError
from crosscheck.errors import RetryLaterError
from crosscheck.ledger.subjects import LedgerKey, Subject
from crosscheck.telemetry import count
from update_card.loader import CardLoader
from update_card.posted_messages import PostedMessage, PostedMessages
from update_card.slack_session import SlackSession

logger = Logger(child=True)

WAIT_FOR_OTHER = 5


@dataclass(frozen=True)
class CardPublisher:
    """Shows subjects in Slack."""

    drawing: CardLoader
    messages: PostedMessages
    workspace: SlackSession
    channel: str

    def show(self, subject: LedgerKey) -> None:
        """Post or update the subject's card, unless Slack shows it as it is.

        Whoever is told that a subject changed reads what is known at that moment, so the queue's order is order
        enough; what Slack shows is recognised by its content, not by a version, because facts may expire.

        Raises:
            RetryLaterError: Slack, its secret or another handler makes us wait.
        """
        card = self.drawing.release(subject) if isinstance(subject, Subject) else self.drawing.image(subject)
        if card is None:
            logger.warning("nothing is known of the subject any more", subject=subject.key)
            return
        message = self.messages.find(subject)
        if message and message.digest == card.digest:
            return
        try:
            self._send(subject, card, message)
        except SlackRefusedError as error:
            # Asking again would get the same answer and hold up every other card: a person has to look.
            logger.error("Slack refused the card", subject=subject.key, error=error.error)  # noqa: TRY400 - Slack's word says it all
            count("CardsRefused")
            self.messages.refused(subject, error.error)

    def _send(self, subject: LedgerKey, card: Card, message: PostedMessage | None) -> None:
        if message is None:
            self._post(subject, card)
            return
        try:
            self.workspace.update(message.channel, message.timestamp, card)
        except (SlackRefusedError, ChannelRefusedError) as error:
            if not self._lost(message, error):
                raise
            self.messages.forget(subject)
            self._post(subject, card)
            return
        self.messages.save(subject, PostedMessage(message.channel, message.timestamp, card.digest))

    def _lost(self, message: PostedMessage, error: SlackRefusedError | ChannelRefusedError) -> bool:
        """Whether the message cannot be updated ever again: it is gone, or it stands in a channel that the stack has
        left. That one refusing us must not hold up the cards of the channel that is in use."""
        if isinstance(error, ChannelRefusedError):
            return message.channel != self.channel
        return error.error == MESSAGE_GONE

    def _post(self, subject: LedgerKey, card: Card) -> None:
        """Post the first message; a claim that is kept after an answer was lost delays the next try, so that an
        outage in which Slack takes messages without saying so does not fill the channel."""
        if not self.messages.claim(subject):
            raise RetryLaterError("another handler posts this card, or its answer was lost", WAIT_FOR_OTHER)
        try:
            timestamp = self.workspace.post(self.channel, card)
        except PerhapsSentError:
            raise
        except (SlackRefusedError, RetryLaterError):
            self.messages.unclaim(subject)
            raise
        self.messages.save(subject, PostedMessage(self.channel, timestamp, card.digest))
