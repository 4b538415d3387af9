"""The facts about an image on its way into its regions, its repository, and the links between images and releases."""

import hashlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from crosscheck.ledger.stored_fact import Link, Observation, StoredFact
from crosscheck.ledger.subjects import ImageSubject, Subject
from crosscheck.ledger.table import Fact, Order, Record

# An image's regions have verdicts, too. Their stage is this word, where a release has the stage that deployed.
REPLICATION = "replication"
TAG = "tag_"
# So many tags of an image are proven and shown, the newest: each is a look at every region.
MOST_TAGS = 10


@dataclass(frozen=True)
class PushedImage(StoredFact):
    """An image that was pushed; ``pushed`` is when it was last (epoch seconds), ``tags`` when it was first with each
    tag. An event tells of one tag, and all of them are kept."""

    name = "image"

    pushed: float
    tags: Mapping[str, float] = field(default_factory=dict)

    @property
    def newest_tags(self) -> tuple[str, ...]:
        """The tags, the newest first."""
        return tuple(sorted(self.tags, key=lambda tag: (-self.tags[tag], tag)))

    def to_fact(self, event_id: str) -> Fact:
        """The fact, as the event of this id tells it."""
        return self.ordered(Order(0, 0, self.pushed, event_id))

    def latest(self) -> Mapping[str, Any]:
        """When the image was pushed last."""
        return asdict(replace(self, tags={}))

    def once(self) -> Mapping[str, Any]:
        """The tags, each under a name of its own."""
        return {f"{TAG}{_hash(tag)}": {"tag": tag, "pushed": pushed} for tag, pushed in self.tags.items()}

    @classmethod
    def document(cls, record: Record) -> Mapping[str, Any]:
        """The fields, as the record holds them."""
        told = [value for name, value in record.once.items() if name.startswith(TAG)]
        return {**record.latest, "tags": {each["tag"]: each["pushed"] for each in told}}


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


@dataclass(frozen=True)
class DeployedRepository(Observation):
    """A pipeline deploys images of this repository: a fact of the repository."""

    name = "deployed"

    pipeline: str


def _hash(tag: str) -> str:
    """An attribute's name: a tag may hold what none may."""
    return hashlib.sha256(tag.encode()).hexdigest()[:16]
