"""The plan of an image: every region in which it has to arrive."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from crosscheck.clients import Clients
from crosscheck.ledger.card_queue import CardQueue
from crosscheck.ledger.image_facts import REPLICATION, ImageDestinations, PushedImage
from crosscheck.ledger.known_facts import KnownFacts
from crosscheck.ledger.subjects import ImageSubject
from crosscheck.ledger.table import Ledger
from crosscheck.services.ecr.check import planned_replica
from crosscheck.services.ecr.replication import read_rules
from crosscheck.verification.engine import Limits
from crosscheck.verification.item import Purpose, VerificationItem
from plan_checks.settings import PlanSettings

if TYPE_CHECKING:
    from mypy_boto3_ecr import ECRClient

# Replication usually takes less: https://docs.aws.amazon.com/AmazonECR/latest/userguide/replication.html
ARRIVAL_SECONDS = 1_800.0


@dataclass(frozen=True)
class ImagePlanning:
    """Plans where an image has to arrive."""

    clients: Clients
    ledger: Ledger
    cards: CardQueue
    settings: PlanSettings
    clock: Callable[[], float]

    def plan(self, image: ImageSubject) -> list[VerificationItem]:
        """An item for each destination; none where the image goes nowhere."""
        now = self.clock()
        ecr = self.clients.client("ecr", image.region)
        # The stack replicates from its own region only; elsewhere the registry's own rules say where an image goes.
        promised = self.settings.regions if image.region == self.clients.home_region else ()
        found = destinations(ecr, image, promised, self.settings.prefixes)
        if found:
            self._tell(image, found, now)
        push = KnownFacts(self.ledger.read(image)).image or PushedImage("", 0.0)
        return [
            VerificationItem(
                purpose=Purpose.IMAGE,
                subject=image,
                region=region,
                since=now,
                checks=(planned_replica(image, push.tag, push.pushed, region),),
                limits=Limits(deadline=ARRIVAL_SECONDS),
                stage=REPLICATION,
            )
            for region in found
        ]

    def _tell(self, image: ImageSubject, found: tuple[str, ...], now: float) -> None:
        self.ledger.merge(image, ImageDestinations(found).to_fact(now))
        self.cards.changed(image, f"plan {now}")


def destinations(
    client: ECRClient, image: ImageSubject, promised: Sequence[str], prefixes: Sequence[str]
) -> tuple[str, ...]:
    """The destination regions of an image, sorted; none where nobody replicates its repository.

    ``promised`` are the stack's regions: an image whose repository begins with one of the stack's ``prefixes``
    has to get there even where the rule is missing. ``client`` asks the registry of the image's own region. Only
    destinations in the same registry count: another account's cannot be looked into from here.

    Raises:
        ClientError, BotoCoreError: ECR refused, or did not answer.
    """
    rules = read_rules(client) or ()
    found = {region for rule in rules if rule.covers(image.repository) for region in rule.regions}
    if image.repository.startswith(tuple(prefixes)):
        found |= set(promised)
    return tuple(sorted(found - {image.region}))
