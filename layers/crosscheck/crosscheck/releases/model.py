"""What a release is made of."""

from dataclasses import dataclass
from enum import StrEnum

from crosscheck.decisions.request import Offer
from crosscheck.ledger.decision_facts import TakenDecision
from crosscheck.ledger.states import State
from crosscheck.ledger.subjects import ImageSubject, Subject


class RegionState(StrEnum):
    """How far a region is, as the metadata of a card spells it."""

    DEPLOYING = "deploying"
    VERIFYING = "verifying"
    PASSED = "passed"
    FAILED = "failed"
    UNKNOWN = "unknown"
    ROLLED_BACK = "rolled_back"
    SKIPPED = "skipped"


@dataclass(frozen=True)
class RegionProgress:
    """A region of the release. ``state`` None: nothing has happened there yet, and still may.

    For a region that failed, ``reason`` says why and ``follow_up`` what was done about it. For a region that was rolled
    back, ``reason`` says what it runs now and ``follow_up`` why it had failed. ``warning`` is what a person has to see
    in any case. They are texts of their own, so that a long one does not push out the others.
    """

    region: str
    state: RegionState | None
    reason: str = ""
    follow_up: str = ""
    warning: str = ""


@dataclass(frozen=True)
class StageProgress:
    """A stage. ``state`` None: it has not begun. ``seconds`` once it ended. ``word`` of a state that is UNKNOWN."""

    name: str
    state: State | None
    seconds: float | None = None
    word: str = ""


@dataclass(frozen=True)
class Failure:
    """A failed action, why, and where to read more."""

    stage: str
    action: str
    region: str
    reason: str
    url: str


@dataclass(frozen=True)
class Approval:
    """A manual approval that a release waits for.

    ``since`` is in epoch seconds; ``url`` is where to approve. ``note`` is what the action's CustomData says, and
    ``topic`` the SNS topic whose subscribers are asked; empty where the definition has none, or is not known.
    """

    stage: str
    action: str
    attempt: int
    since: float
    url: str
    note: str = ""
    topic: str = ""

    @property
    def details(self) -> str:
        """What is known of who has to act, and on what."""
        asked = f" by a subscriber of the topic {self.topic}" if self.topic else ""
        return f"{asked}{f': {self.note}' if self.note else ''}"


@dataclass(frozen=True)
class SourceRevision:
    """What is released, as far as it is known; empty texts where it is not."""

    commit: str = ""
    message: str = ""
    author: str = ""
    branch: str = ""
    url: str = ""


@dataclass(frozen=True)
class Concern:
    """Something that was seen before anything was deployed: where, in words, and whether it will break the release.
    ``repeated`` is what the card of the execution before told, too."""

    where: str
    text: str
    severe: bool
    repeated: bool = False


@dataclass(frozen=True)
class ImageArrival:
    """Everything that a card shows of an image. ``pushed`` is in epoch seconds."""

    subject: ImageSubject
    version: int
    state: RegionState
    tag: str
    pushed: float | None
    regions: tuple[RegionProgress, ...]


@dataclass(frozen=True)
class Release:
    """Everything that a card shows of a pipeline execution. ``state`` None: no pipeline event has arrived yet.

    ``started`` is in epoch seconds. ``trigger`` is CodePipeline's word for what started it, empty for a Git event.
    ``word`` is CodePipeline's own for a state that is UNKNOWN. ``decisions`` are what people decided, ``offers`` what
    they may decide now.
    """

    subject: Subject
    version: int
    state: State | None
    attempt: int
    started: float | None
    seconds: float | None
    revision: SourceRevision
    stages: tuple[StageProgress, ...]
    regions: tuple[RegionProgress, ...]
    failures: tuple[Failure, ...]
    images: tuple[ImageArrival, ...] = ()
    trigger: str = ""
    preflight: tuple[Concern, ...] = ()
    word: str = ""
    approvals: tuple[Approval, ...] = ()
    decisions: tuple[TakenDecision, ...] = ()
    offers: tuple[Offer, ...] = ()
