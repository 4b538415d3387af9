"""Replication backfills: what was pushed before its rule is sent on its way.

https://docs.aws.amazon.com/AmazonECR/latest/userguide/replication-backfill.html
"""

import threading
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from local.aws_json.errors import ApiError
from local.ecr.rules import Destination

ENDED = {"COMPLETE", "FAILED"}


@dataclass
class Backfill:
    """One backfill of a region's registry. It is as far as the replications that it began."""

    source: str
    destination: Destination
    states: Sequence[Callable[[], str]]
    id: str = field(default_factory=lambda: str(uuid.uuid4()))
    started: float = field(default_factory=lambda: datetime.now(UTC).timestamp())

    @property
    def status(self) -> str:
        """ECR's ReplicationBackfillStatus. Of fewer than 100 replications any number may fail."""
        return "COMPLETE" if all(state() in ENDED for state in self.states) else "IN_PROGRESS"

    def view(self, status: str) -> dict[str, Any]:
        """What StartReplicationBackfill and ListReplicationBackfills say of it."""
        destination = {"region": self.destination.region, "registryId": self.destination.registry_id}
        return {
            "replicationBackfillId": self.id,
            "destination": destination,
            "status": status,
            "startedAt": self.started,
        }


class Backfills:
    """The backfills of every region."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._known: list[Backfill] = []

    def add(self, backfill: Backfill) -> None:
        """Add one.

        Raises:
            ApiError: another one to the same region is in progress.
        """
        with self._lock:
            towards = [known for known in self._known if known.source == backfill.source]
            if any(k.destination.region == backfill.destination.region and k.status not in ENDED for k in towards):
                text = f"A replication backfill to '{backfill.destination.region}' is already in progress."
                raise ApiError("ReplicationBackfillInProgressException", text)
            self._known.append(backfill)

    def of(self, source: str) -> list[Backfill]:
        """Those of a region's registry, the newest first."""
        with self._lock:
            return [known for known in reversed(self._known) if known.source == source]
