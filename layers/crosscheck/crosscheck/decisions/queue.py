"""The queue of clicks: FIFO, a group for each release, so that two decisions on one release never run at once."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from crosscheck.clients import Clients
from crosscheck.decisions.click import Click
from crosscheck.settings import required

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient


@dataclass(frozen=True)
class DecisionQueue:
    """The decisions queue."""

    client: SQSClient
    url: str

    @classmethod
    def from_env(cls, clients: Clients) -> Self:
        """The queue that the function's environment names.

        Raises:
            MissingSettingError: DECISIONS_QUEUE_URL is absent.
        """
        return cls(clients.client("sqs"), required("DECISIONS_QUEUE_URL"))

    def send(self, click: Click) -> None:
        """Hand a click on; SQS drops a double click.

        Raises:
            ClientError, BotoCoreError: SQS refused, or did not answer.
        """
        self.client.send_message(
            QueueUrl=self.url,
            MessageBody=click.to_message(),
            MessageGroupId=hashlib.sha256(click.request.release.key.encode()).hexdigest(),
            MessageDeduplicationId=click.id,
        )
