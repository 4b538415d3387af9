"""The facts that CodePipeline is asked for, because no event carries them: the definition and the source revision."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import ClassVar, Self

from crosscheck.ledger.table import Fact, Order, Record


@dataclass(frozen=True)
class OutlineAction:
    """An action of an outline."""

    name: str
    category: str
    provider: str
    region: str


@dataclass(frozen=True)
class OutlineStage:
    """A stage of an outline."""

    name: str
    actions: tuple[OutlineAction, ...]


@dataclass(frozen=True)
class Outline:
    """The pipeline's definition, as far as a card needs it."""

    name: ClassVar[str] = "outline"

    version: int
    stages: tuple[OutlineStage, ...]

    def to_fact(self, now: float) -> Fact:
        """The fact, as it was looked up ``now``."""
        stages = [{"name": stage.name, "actions": [asdict(each) for each in stage.actions]} for stage in self.stages]
        return Fact(self.name, Order(0, 0, now), {"version": self.version, "stages": stages})

    @classmethod
    def from_record(cls, record: Record) -> Self:
        """What the ledger knows."""
        latest = record.latest
        return cls(
            version=latest["version"],
            stages=tuple(
                OutlineStage(stage["name"], tuple(map(_outlined, stage["actions"]))) for stage in latest["stages"]
            ),
        )


@dataclass(frozen=True)
class RecordedRevision:
    """What CodePipeline recorded at the pipeline's source."""

    name: ClassVar[str] = "revision"

    commit: str = ""
    message: str = ""
    url: str = ""

    def to_fact(self, now: float) -> Fact:
        """The fact, as it was looked up ``now``."""
        return Fact(self.name, Order(0, 0, now), asdict(self))

    @classmethod
    def from_record(cls, record: Record) -> Self:
        """What the ledger knows."""
        return cls(**{each.name: record.latest.get(each.name, "") for each in fields(cls)})


def _outlined(document: Mapping[str, str]) -> OutlineAction:
    return OutlineAction(**{each.name: document[each.name] for each in fields(OutlineAction)})
