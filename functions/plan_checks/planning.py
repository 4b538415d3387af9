"""The plan of a verification, as the state machine carries it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from crosscheck import facts
from crosscheck.checks.ecr_image import planned_replica
from crosscheck.checks.planned import to_json
from crosscheck.ledger import Fact, Order
from plan_checks.destinations import destinations

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from crosscheck.card_queue import CardQueue
    from crosscheck.clients import Clients
    from crosscheck.ledger import Ledger
    from crosscheck.subjects import ImageSubject
    from plan_checks.settings import Settings


@dataclass(frozen=True)
class Planning:
    """Plans what has to be looked at."""

    clients: Clients
    ledger: Ledger
    cards: CardQueue
    settings: Settings
    clock: Callable[[], float]

    def image(self, image: ImageSubject) -> Mapping[str, Any]:
        """``{"subject", "regions": [{"subject", "region", "since", "checks"}]}``; no regions where it goes nowhere."""
        now = self.clock()
        ecr = self.clients.ecr(image.region)
        found = destinations(ecr, image, self.settings.regions, self.settings.prefixes)
        if found:
            self._tell(image, found, now)
        return {
            "subject": image.key,
            "regions": [
                {
                    "subject": image.key,
                    "region": region,
                    "since": now,
                    "checks": [to_json(planned_replica(image.repository, image.digest, image.region, region))],
                }
                for region in found
            ],
        }

    def _tell(self, image: ImageSubject, found: tuple[str, ...], now: float) -> None:
        order = Order(0, 0, datetime.fromtimestamp(now, UTC))
        self.ledger.merge(image, Fact(facts.DESTINATIONS, order, {"regions": list(found)}))
        self.cards.changed(image, f"plan {now}")
