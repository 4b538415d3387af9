"""Tells what stands in a card's thread, each thing once: moments in a reply that the channel sees as well, details in
one that only the thread shows."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from aws_lambda_powertools import Logger

from crosscheck.aws_errors import AWS_ERRORS
from crosscheck.cards.details import Detail, details_card
from crosscheck.cards.layout import Card
from crosscheck.cards.reply import mention, reply_card
from crosscheck.cards.slack import ChannelRefusedError, PerhapsSentError, SlackRefusedError
from crosscheck.errors import RetryLaterError
from crosscheck.ledger.subjects import Subject
from crosscheck.releases.model import Release
from crosscheck.releases.moments import Moment
from update_card.card_channels import CardChannels
from update_card.pipeline_lookup import PipelineLookup
from update_card.posted_messages import PostedMessage
from update_card.slack_session import SlackSession
from update_card.told_moments import ToldMoments, ToldOnce

logger = Logger(child=True)


@dataclass(frozen=True)
class MomentTeller:
    """Tells of moments. ``person`` is the Slack id of whom to mention where the pipeline's tag names nobody."""

    told: ToldMoments
    workspace: SlackSession
    lookup: PipelineLookup
    channels: CardChannels
    person: str = ""

    def tell(self, release: Subject, moments: Sequence[Moment], card: PostedMessage) -> None:
        """Reply to the card with those moments that nobody was told of: one reply for all of them. It mentions somebody
        if one of them needs a person.

        An answer that is lost counts as told: the card says the same, and nobody shall be called twice.

        Raises:
            RetryLaterError: Slack makes us wait, and nobody was told.
            ClientError, BotoCoreError: AWS does not answer what has to be known for it, and nobody was told.
            SlackRefusedError: Slack will not have it; nobody is told of these moments any more.
        """
        self._once(release, moments, lambda untold: self._reply(release, card, self._moments(release, untold)))

    def tell_details(self, release: Release, details: Sequence[Detail], card: PostedMessage) -> None:
        """Reply to the card, in its thread only, with those details that were not told: one reply for all of them.

        Raises:
            RetryLaterError: Slack makes us wait, and nothing was told.
            ClientError, BotoCoreError: AWS does not answer what has to be known for it, and nothing was told.
            SlackRefusedError: Slack will not have it; these details are never told.
        """
        self._once(
            release.subject, details, lambda untold: self._note(release.subject, card, details_card(release, untold))
        )

    def _once[T: ToldOnce](self, release: Subject, things: Sequence[T], tell: Callable[[Sequence[T]], None]) -> None:
        """Tell what was not told, with one claim for each thing."""
        untold = self.told.claim(release, things)
        if not untold:
            return
        try:
            tell(untold)
        except PerhapsSentError as error:
            logger.warning("perhaps nobody was told", subject=release.key, reason=str(error))
        except (RetryLaterError, *AWS_ERRORS):  # AWS is asked before Slack, or after it refused
            self.told.unclaim(release, untold)
            raise

    def _moments(self, release: Subject, untold: Sequence[Moment]) -> Card:
        person = self._person(release) if any(moment.needs_a_person for moment in untold) else ""
        return reply_card(release, untold, person)

    def _note(self, release: Subject, card: PostedMessage, reply: Card) -> None:
        """Reply in the card's thread; one that takes no reply any more goes without."""
        try:
            self.workspace.note(card.channel, card.timestamp, reply)
        except (SlackRefusedError, ChannelRefusedError) as refused:
            if not card.out_of_reach(refused, self.channels.of(release)):
                raise
            logger.warning("the card's thread takes no details", reason=str(refused))

    def _reply(self, release: Subject, card: PostedMessage, reply: Card) -> None:
        """Reply in the card's thread; where that takes none, tell the channel alone."""
        try:
            self.workspace.reply(card.channel, card.timestamp, reply)
        except (SlackRefusedError, ChannelRefusedError) as refused:
            in_use = self.channels.of(release)
            if not card.out_of_reach(refused, in_use):
                raise
            self.workspace.reply(in_use, "", reply)

    def _person(self, release: Subject) -> str:
        tags = self.lookup.tags(release)
        return tags.notify if tags and mention(tags.notify) else self.person
