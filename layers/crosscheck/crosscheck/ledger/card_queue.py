"""Telling the card that its release changed. The message carries no state: whoever handles it reads the newest."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from crosscheck.clients import Clients
from crosscheck.ledger.pipeline_channels import PipelineChannels
from crosscheck.ledger.subjects import LedgerKey
from crosscheck.settings import optional, required

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient


@dataclass(frozen=True)
class CardQueue:
    """The FIFO queue of changed subjects, one message group per Slack channel: ``channel`` is the stack's own, and
    ``channels`` knows those of the pipelines that have one."""

    client: SQSClient
    url: str
    channel: str
    channels: PipelineChannels | None = None

    @classmethod
    def from_env(cls, clients: Clients) -> CardQueue:
        """The queue that the function's environment names; without SLACK_CHANNEL cards are off.

        Raises:
            MissingSettingError: CARD_QUEUE_URL is absent.
        """
        url, channel = required("CARD_QUEUE_URL"), optional("SLACK_CHANNEL")
        return cls(clients.client("sqs"), url, channel, PipelineChannels.from_env(clients))

    def changed(self, subject: LedgerKey, cause: str) -> None:
        """Say that the subject changed.

        ``cause`` names the change (an event's id, a job's look): SQS drops the repetition of a message that
        it took already. Without a channel, cards are off and nothing is sent.
        """
        if self.channel:
            self.changed_in((self.channels and self.channels.find(subject)) or self.channel, subject, cause)

    def changed_in(self, channel: str, subject: LedgerKey, cause: str) -> None:
        """Say that the subject changed, in the group of this channel."""
        fingerprint = hashlib.sha256(f"{subject.key}|{cause}".encode()).hexdigest()
        self.client.send_message(
            QueueUrl=self.url,
            MessageBody=subject.key,
            MessageGroupId=channel,
            MessageDeduplicationId=fingerprint,
        )
