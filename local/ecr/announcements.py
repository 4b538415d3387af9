"""``ECR Image Action`` and ``ECR Replication Action`` events.

Their shapes: https://docs.aws.amazon.com/AmazonECR/latest/userguide/ecr-eventbridge.html
"""

from dataclasses import dataclass
from typing import Literal

from local.events import EventEmitter
from local.regions import partition_of

SOURCE = "aws.ecr"


@dataclass(frozen=True)
class Announcer:
    """Emits the events of one account's registries."""

    events: EventEmitter
    account_id: str

    def image(
        self, region: str, repository: str, digest: str, tag: str | None, action: Literal["PUSH", "DELETE"]
    ) -> None:
        """An image was pushed or deleted, told in the registry's region."""
        detail = {
            "result": "SUCCESS",
            "repository-name": repository,
            "image-digest": digest,
            "action-type": action,
            **_tagged(tag),
        }
        self.events.emit(region, SOURCE, "ECR Image Action", [], detail)

    def replication(
        self, source: str, destination: str, repository: str, digest: str, tag: str | None, *, succeeded: bool
    ) -> None:
        """A replication ended, told in the destination: the event's region and resources are the destination's."""
        arn = f"arn:{partition_of(destination)}:ecr:{destination}:{self.account_id}:repository/{repository}"
        detail = {
            "result": "SUCCESS" if succeeded else "FAILED",
            "repository-name": repository,
            "image-digest": digest,
            "source-account": self.account_id,
            "action-type": "REPLICATE",
            "source-region": source,
            **_tagged(tag),
        }
        self.events.emit(destination, SOURCE, "ECR Replication Action", [arn], detail)


def _tagged(tag: str | None) -> dict[str, str]:
    return {"image-tag": tag} if tag else {}
