"""Which channel a card is posted to: the one that the pipeline's tag ``crosscheck:channel`` names, or the stack's."""

import re
from dataclasses import dataclass

from aws_lambda_powertools import Logger

from crosscheck.ledger.pipeline_channels import PipelineChannels
from crosscheck.ledger.subjects import LedgerKey, Subject
from update_card.pipeline_lookup import PipelineLookup

logger = Logger(child=True)

# As the template's parameter SlackChannel has it.
_CHANNEL = re.compile(r"[CGD][A-Z0-9]{2,20}")


@dataclass(frozen=True)
class CardChannels:
    """The channels of cards; ``default`` is the stack's."""

    lookup: PipelineLookup
    known: PipelineChannels
    default: str

    def of(self, subject: LedgerKey) -> str:
        """The channel in which the subject's card is posted from now on. Where CodePipeline does not tell the tags now,
        it is the one that they named before."""
        if not isinstance(subject, Subject):
            return self.default
        known = self.known.find(subject)
        tags = self.lookup.tags(subject)
        if tags is None:
            return known or self.default
        tagged = tags.channel if _CHANNEL.fullmatch(tags.channel) else ""
        if tags.channel and not tagged:
            logger.warning("the tag crosscheck:channel is no channel's id", subject=subject.key)
        if tagged != known:
            self.known.save(subject, tagged)
        return tagged or self.default
