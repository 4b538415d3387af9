"""Drawing a subject's card from what the ledger knows, completed by what has to be asked."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from crosscheck.cards import Card, render, render_image
from crosscheck.ledger import facts
from crosscheck.ledger.subjects import ImageSubject, Subject, parse_subject
from crosscheck.ledger.table import Fact, Ledger, Order, Record
from crosscheck.releases import ImageArrival, fold, fold_image
from crosscheck.releases.deployed_images import images_of
from update_card.pipeline_lookup import PipelineLookup


@dataclass(frozen=True)
class CardLoader:
    """Draws cards."""

    ledger: Ledger
    lookup: PipelineLookup

    def release(self, subject: Subject) -> Card | None:
        """The card of a release; None where nothing is known of it."""
        records = self.ledger.read(subject)
        if not records:
            return None
        if self.lookup.complete(subject, records):
            records = self.ledger.read(subject)
        arrivals = (self._arrival(image, subject, records) for image in self._images(records))
        images = tuple(image for image in arrivals if image)
        return render(replace(fold(subject, records), images=images))

    def image(self, subject: ImageSubject) -> Card | None:
        """The card of an image; None where nothing is known of it."""
        records = self.ledger.read(subject)
        if not records:
            return None
        return render_image(fold_image(subject, records))

    @staticmethod
    def _images(records: Mapping[str, Record]) -> list[ImageSubject]:
        """What the judges see now, and what they saw before: a failing look does not get as far as the digests."""
        names = (name.removeprefix(facts.deploys("")) for name in records if name.startswith(facts.deploys("")))
        known = {subject.key: subject for subject in map(parse_subject, names) if isinstance(subject, ImageSubject)}
        known |= {image.key: image for image in images_of(records)}
        return [known[key] for key in sorted(known)]

    def _arrival(self, image: ImageSubject, release: Subject, known: Mapping[str, Record]) -> ImageArrival | None:
        """How far an image is that the release deploys; None for one that goes to no other region.

        Image and release learn of each other first, so that nothing that happens to the image is missed.
        """
        records = self.ledger.read(image)
        if facts.DESTINATIONS not in records:
            return None
        if facts.deploys(image.key) not in known:
            self.ledger.merge(release, Fact(facts.deploys(image.key), Order.first(), {}))
        linked = facts.deployed_by(release.key)
        if linked not in records and self.ledger.merge(image, Fact(linked, Order.first(), {})):
            records = self.ledger.read(image)
        return fold_image(image, records)
