"""The facts that CodePipeline is asked for, because no event carries them: the definition and the source revision."""

from dataclasses import dataclass

from crosscheck.ledger.stored_fact import Observation


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
class Outline(Observation):
    """The pipeline's definition, as far as a card needs it."""

    name = "outline"

    version: int
    stages: tuple[OutlineStage, ...]


@dataclass(frozen=True)
class RecordedRevision(Observation):
    """What CodePipeline recorded at the pipeline's source."""

    name = "revision"

    commit: str = ""
    message: str = ""
    url: str = ""
