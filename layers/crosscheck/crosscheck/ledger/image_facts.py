"""The facts about an image on its way into its regions, and the links between images and releases."""

from dataclasses import dataclass

from crosscheck.ledger.stored_fact import Link, Observation, StoredFact
from crosscheck.ledger.subjects import ImageSubject, Subject
from crosscheck.ledger.table import Fact, Order

# An image's regions have verdicts, too. Their stage is this word, where a release has the stage that deployed.
REPLICATION = "replication"


@dataclass(frozen=True)
class PushedImage(StoredFact):
    """An image that was pushed with a tag; ``pushed`` is when."""

    name = "image"

    tag: str
    pushed: float

    def to_fact(self, event_id: str) -> Fact:
        """The fact, as the event of this id tells it."""
        return self.ordered(Order(0, 0, self.pushed, event_id))


@dataclass(frozen=True)
class ImageDestinations(Observation):
    """The regions in which an image has to arrive."""

    name = "destinations"

    regions: tuple[str, ...]


@dataclass(frozen=True)
class ImageLink(Link):
    """A release deploys this image: a fact of the release."""

    name = "deploys"
    place = ("image.key",)

    image: ImageSubject


@dataclass(frozen=True)
class ReleaseLink(Link):
    """This release deploys an image: a fact of the image."""

    name = "release"
    place = ("release.key",)

    release: Subject
