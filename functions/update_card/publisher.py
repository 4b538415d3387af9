"""Brings a subject's card up to date: the newest state of the ledger, or nothing where that is shown already."""

from dataclasses import dataclass, replace

from aws_lambda_powertools import Logger

from crosscheck.cards.layout import Card
from crosscheck.cards.slack import ChannelRefusedError, PerhapsSentError, SlackRefusedError
from crosscheck.errors import RetryLaterError
from crosscheck.ledger.subjects import LedgerKey, Subject
from crosscheck.telemetry import count
from update_card.card_channels import CardChannels
from update_card.loader import CardLoader
from update_card.moment_teller import MomentTeller
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
    channels: CardChannels
    teller: MomentTeller

    def channel_of(self, subject: LedgerKey) -> str:
        """The channel in which the subject's card stands, or is to be posted."""
        message = self.messages.find(subject)
        return message.channel if message else self.channels.of(subject)

    def show(self, subject: LedgerKey, channel: str) -> None:
        """Post or update the subject's card, unless Slack shows it as it is. The first one is posted in ``channel``.

        Whoever is told that a subject changed reads what is known at that moment, so the queue's order is order
        enough; what Slack shows is recognised by its content, not by a version, because facts may expire.

        Raises:
            RetryLaterError: Slack, its secret or another handler makes us wait.
        """
        drawing = self.drawing.release(subject) if isinstance(subject, Subject) else self.drawing.image(subject)
        if drawing is None:
            logger.warning("nothing is known of the subject any more", subject=subject.key)
            return
        if drawing.quiet and self.messages.find(subject) is None:
            return
        try:
            message = self._bring_up_to_date(subject, drawing.card, channel)
            if drawing.release:
                self.teller.tell(drawing.release.subject, drawing.moments, message)
                self.teller.tell_details(drawing.release, drawing.details, message)
        except SlackRefusedError as error:
            # Asking again would get the same answer and hold up every other card: a person has to look.
            advice = error.remedy.value
            logger.error("Slack refused the card", subject=subject.key, error=error.error, advice=advice)  # noqa: TRY400 - Slack's word says it all
            count("CardsRefused")
            self.messages.refused(subject, error.error)

    def _bring_up_to_date(self, subject: LedgerKey, card: Card, channel: str) -> PostedMessage:
        """The message that shows the card."""
        message = self.messages.find(subject)
        if message is None:
            return self._post(subject, card, channel)
        return message if message.digest == card.digest else self._update(subject, card, message)

    def _update(self, subject: LedgerKey, card: Card, message: PostedMessage) -> PostedMessage:
        """Update the message, or post another one in its place where Slack will never again let us. One that stands in
        another's place already stays as it is until there is something that a person has to know: a workspace in which
        nothing can be edited for long would get a message for every look."""
        shown = card.continuing(message.continues) if message.continues else card
        try:
            self.workspace.update(message.channel, message.timestamp, shown)
        except (SlackRefusedError, ChannelRefusedError) as error:
            in_use = self.channels.of(subject)
            if not message.out_of_reach(error, in_use):
                raise
            if message.continues and message.essence == card.essence:
                return message
            logger.warning("the card is posted anew", subject=subject.key, reason=str(error))
            return self._post(subject, card, in_use, message.timestamp)
        return self._saved(subject, replace(message, digest=card.digest, essence=card.essence))

    def _post(self, subject: LedgerKey, card: Card, channel: str, instead_of: str = "") -> PostedMessage:
        """Post the first message, or another one in place of an earlier; a claim that is kept after an answer was
        lost delays the next try, so that an outage in which Slack takes messages without saying so does not fill the
        channel."""
        if not self.messages.claim(subject, instead_of):
            raise RetryLaterError("another handler posts this card, or its answer was lost", WAIT_FOR_OTHER)
        try:
            timestamp = self.workspace.post(channel, card.continuing(instead_of) if instead_of else card)
        except PerhapsSentError:
            raise
        except (SlackRefusedError, RetryLaterError):
            self.messages.unclaim(subject, instead_of)
            raise
        return self._saved(subject, PostedMessage(channel, timestamp, card.digest, instead_of, card.essence))

    def _saved(self, subject: LedgerKey, message: PostedMessage) -> PostedMessage:
        self.messages.save(subject, message)
        return message
