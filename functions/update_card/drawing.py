"""Drawing a subject's card from what the ledger knows, completed by what has to be asked."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from crosscheck import facts
from crosscheck.cards import render, render_image
from crosscheck.ledger import Fact, Order
from crosscheck.releases import fold, fold_image
from crosscheck.releases.images import images_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from crosscheck.cards import Card
    from crosscheck.ledger import Ledger, Record
    from crosscheck.releases import ImageArrival
    from crosscheck.subjects import ImageSubject, Subject
    from update_card.lookup import Lookup


@dataclass(frozen=True)
class Drawn:
    """A card, and the version of the ledger that it shows."""

    card: Card
    version: int


@dataclass(frozen=True)
class Drawing:
    """Draws cards."""

    ledger: Ledger
    lookup: Lookup

    def release(self, subject: Subject) -> Drawn | None:
        """The card of a release; None where nothing is known of it."""
        records = self.ledger.read(subject)
        if not records:
            return None
        if self.lookup.complete(subject, records):
            records = self.ledger.read(subject)
        arrivals = (self._arrival(image, subject) for image in images_of(records))
        images = tuple(image for image in arrivals if image)
        release = replace(fold(subject, records), images=images)
        return Drawn(render(release), release.version + sum(image.version for image in images))

    def image(self, subject: ImageSubject) -> Drawn | None:
        """The card of an image; None where nothing is known of it."""
        records = self.ledger.read(subject)
        if not records:
            return None
        image = fold_image(subject, records)
        return Drawn(render_image(image), image.version)

    def _arrival(self, image: ImageSubject, release: Subject) -> ImageArrival | None:
        """How far an image is that the release deploys; None for one that goes to no other region.

        The image learns first that the release shows it, so that nothing that happens to it afterwards is missed.
        """
        records = self.ledger.read(image)
        if facts.DESTINATIONS not in records:
            return None
        if self._link(image, release, records):
            records = self.ledger.read(image)
        return fold_image(image, records)

    def _link(self, image: ImageSubject, release: Subject, records: Mapping[str, Record]) -> bool:
        name = facts.deployed_by(release.key)
        return name not in records and self.ledger.merge(image, Fact(name, Order.first(), {}))
