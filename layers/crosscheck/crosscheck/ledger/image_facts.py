"""The facts about an image on its way into its regions, and the links between images and releases."""

from dataclasses import dataclass
from typing import ClassVar, Self

from crosscheck import times
from crosscheck.errors import ConfigurationError
from crosscheck.ledger.subjects import ImageSubject, Subject, parse_subject
from crosscheck.ledger.table import Fact, Order, Record

# An image's regions have verdicts, too. Their stage is this word, where a release has the stage that deployed.
REPLICATION = "replication"


@dataclass(frozen=True)
class PushedImage:
    """An image that was pushed with a tag; ``pushed`` is when."""

    name: ClassVar[str] = "image"

    tag: str
    pushed: float

    def to_fact(self, event_id: str) -> Fact:
        """The fact, as the event of this id tells it."""
        latest = {"tag": self.tag, "pushed": times.to_text(self.pushed)}
        return Fact(self.name, Order(0, 0, self.pushed, event_id), latest)

    @classmethod
    def from_record(cls, record: Record) -> Self:
        """What the ledger knows."""
        return cls(record.latest["tag"], times.from_text(record.latest["pushed"]))


@dataclass(frozen=True)
class ImageDestinations:
    """The regions in which an image has to arrive."""

    name: ClassVar[str] = "destinations"

    regions: tuple[str, ...]

    def to_fact(self, now: float) -> Fact:
        """The fact, as it was found ``now``."""
        return Fact(self.name, Order(0, 0, now), {"regions": list(self.regions)})

    @classmethod
    def from_record(cls, record: Record) -> Self:
        """What the ledger knows."""
        return cls(tuple(record.latest["regions"]))


@dataclass(frozen=True)
class ImageLink:
    """A release deploys this image: a fact of the release."""

    prefix: ClassVar[str] = "deploys/"

    image: ImageSubject

    @property
    def name(self) -> str:
        """The fact's name."""
        return f"{self.prefix}{self.image.key}"

    def to_fact(self) -> Fact:
        """The fact."""
        return Fact(self.name, Order.first(), {})

    @classmethod
    def from_record(cls, record: Record) -> Self:
        """What the ledger knows."""
        match parse_subject(record.name.removeprefix(cls.prefix)):
            case ImageSubject() as image:
                return cls(image)
            case Subject() as release:
                raise ConfigurationError(f"not an image: {release.key[:80]}")


@dataclass(frozen=True)
class ReleaseLink:
    """This release deploys an image: a fact of the image."""

    prefix: ClassVar[str] = "release/"

    release: Subject

    @property
    def name(self) -> str:
        """The fact's name."""
        return f"{self.prefix}{self.release.key}"

    def to_fact(self) -> Fact:
        """The fact."""
        return Fact(self.name, Order.first(), {})

    @classmethod
    def from_record(cls, record: Record) -> Self:
        """What the ledger knows."""
        match parse_subject(record.name.removeprefix(cls.prefix)):
            case Subject() as release:
                return cls(release)
            case ImageSubject() as image:
                raise ConfigurationError(f"not a release: {image.key[:80]}")
