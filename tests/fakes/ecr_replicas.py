"""Two registries, one of which replicates to the other, with the check between them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from crosscheck.contracts.check import PlannedCheck
from crosscheck.ledger.subjects import ImageSubject
from crosscheck.services.ecr.check import EcrImage, planned_replica
from tests.fakes.ecr import PUSHED, FakeEcr
from tests.fakes.json_protocol import FakeClients

if TYPE_CHECKING:
    from crosscheck.contracts.verdicts import Finding

HOME, EU = "us-east-1", "eu-west-1"
REPOSITORY = "my-service"


@dataclass
class Replicas:
    """Two registries; whatever a second look is to see happens while the check pauses."""

    source: FakeEcr = field(default_factory=FakeEcr)
    destination: FakeEcr = field(default_factory=FakeEcr)
    now: datetime = PUSHED + timedelta(hours=1)
    meanwhile: Callable[[], None] = lambda: None
    pauses: list[float] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.digest = self.source.push(REPOSITORY, "1")
        self.source.replicate(EU, prefixes=(REPOSITORY,))
        self.aws = FakeClients({("ecr", HOME): self.source, ("ecr", EU): self.destination})

    def run(self, check: PlannedCheck | None = None) -> Finding:
        kind = EcrImage(self.now.timestamp, self._pause)
        return kind.run(check or by_digest(self.digest), self.aws)

    def _pause(self, seconds: float) -> None:
        self.pauses.append(seconds)
        self.meanwhile()


def by_digest(digest: str, tag: str = "", pushed: datetime = PUSHED) -> PlannedCheck:
    """The check that follows from a push to the source."""
    return planned_replica(ImageSubject(HOME, REPOSITORY, digest), tag, pushed.timestamp(), EU)


def by_tag(region: str = EU, **parameters: str) -> PlannedCheck:
    """The check for the image under the tag that the source has."""
    return PlannedCheck(
        "ecr-image", region, {"repository": REPOSITORY, "tag": "1", "source_region": HOME, **parameters}
    )
