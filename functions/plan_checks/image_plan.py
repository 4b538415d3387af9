"""The plan of an image: every region in which it has to arrive."""

from collections.abc import Callable
from dataclasses import dataclass

from crosscheck.clients import Clients
from crosscheck.ledger.card_queue import CardQueue
from crosscheck.ledger.image_facts import REPLICATION, ImageDestinations
from crosscheck.ledger.subjects import ImageSubject
from crosscheck.ledger.table import Ledger
from crosscheck.registry.item import Purpose, VerificationItem
from crosscheck.services.ecr.check import planned_replica
from plan_checks.destinations import destinations
from plan_checks.settings import PlanSettings


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
        return [
            VerificationItem(
                purpose=Purpose.IMAGE,
                subject=image,
                region=region,
                since=now,
                checks=(planned_replica(image.repository, image.digest, image.region, region),),
                stage=REPLICATION,
            )
            for region in found
        ]

    def _tell(self, image: ImageSubject, found: tuple[str, ...], now: float) -> None:
        self.ledger.merge(image, ImageDestinations(found).to_fact(now))
        self.cards.changed(image, f"plan {now}")
