"""What a release is made of."""

from dataclasses import dataclass, field
from enum import StrEnum

from crosscheck.decisions.approvers import Approvers
from crosscheck.decisions.request import Offer
from crosscheck.ledger.decision_facts import TakenDecision
from crosscheck.ledger.states import RollbackState, State
from crosscheck.ledger.subjects import ImageSubject, Subject

# What starts a rollback, as CodePipeline calls it and in words.
ROLLBACKS = {"ManualRollback": "rollback by a person", "AutomatedRollback": "automatic rollback"}


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

    ``since`` is when the latest deployment there began (epoch seconds), ``seconds`` how long it took once it ended;
    both None where it is not known. ``gates`` are the stages whose gates judge the region; without one Crosscheck does
    it by itself. ``rollback`` is how far taking the region back is, None where nobody has begun to, and ``target``
    what a region that is back runs, empty where nothing names it. ``rollback_due``: it failed, and Crosscheck looks by
    itself whether it can take it back. ``url`` is the page of that deployment, if it is one that may stand on a card.
    ``between_stages``: what has been deployed here passed, and the next stage that deploys here has not done so yet.

    Where nothing has happened yet and a person is asked, ``reason`` says what ran there when the release began.
    """

    region: str
    state: RegionState | None
    reason: str = ""
    follow_up: str = ""
    warning: str = ""
    since: float | None = None
    seconds: float | None = None
    gates: tuple[str, ...] = ()
    rollback: RollbackState | None = None
    url: str = ""
    target: str = ""
    rollback_due: bool = False
    between_stages: bool = False

    @property
    def broken(self) -> bool:
        """Whether what this release brought here was bad, whatever runs here by now."""
        return self.state in {RegionState.FAILED, RegionState.ROLLED_BACK}

    @property
    def moving(self) -> bool:
        """Whether something still happens here, or is about to be said of it."""
        under_way = self.state in {RegionState.DEPLOYING, RegionState.VERIFYING}
        return under_way or self.rollback is RollbackState.RUNNING


@dataclass(frozen=True)
class StageProgress:
    """A stage. ``state`` None: it has not begun. ``seconds`` once it ended. ``word`` of a state that is UNKNOWN."""

    name: str
    state: State | None
    seconds: float | None = None
    word: str = ""


@dataclass(frozen=True)
class Failure:
    """A failed action, why, and where to read more.

    ``regions`` are those that it is about: of a deploy action its own, of a gate those that it proves, whichever region
    it runs in. ``told``: their lines say the same already.
    """

    stage: str
    action: str
    regions: tuple[str, ...]
    reason: str
    url: str
    told: bool = False


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
    tag: str = ""
    url: str = ""

    @property
    def label(self) -> str:
        """What CodePipeline calls the version, where its message says no more than that and the version: of an S3
        source "Amazon S3 version id: …". Empty for a commit."""
        what, version, more = self.message.partition(self.commit) if self.commit else ("", "", "")
        return what.rstrip(": ") if version and not more.strip() else ""


@dataclass(frozen=True)
class Concern:
    """Something that was seen before anything was deployed: where, in words, and whether it will break the release.
    ``repeated`` is what was told of the execution before, too; ``plan`` what is wrong with the plan, for which every
    release goes without checks that somebody asked for."""

    where: str
    text: str
    severe: bool
    repeated: bool = False
    plan: bool = False

    @property
    def on_card(self) -> bool:
        """Whether it stands on the card: it changes how this release ends, or how it is verified."""
        return self.severe or self.plan


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

    ``started`` is in epoch seconds. ``trigger`` is CodePipeline's word for what started it, empty for a Git event, and
    ``started_by`` the name of who or what did, where the event tells it. ``word`` is CodePipeline's own for a state
    that is UNKNOWN. ``decisions`` are what people decided, ``offers`` what they may decide now, ``approvers`` who may.
    ``retryable`` are the stages that are worth a retry.
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
    started_by: str = ""
    preflight: tuple[Concern, ...] = ()
    word: str = ""
    approvals: tuple[Approval, ...] = ()
    decisions: tuple[TakenDecision, ...] = ()
    offers: tuple[Offer, ...] = ()
    approvers: Approvers = field(default_factory=Approvers)
    retryable: tuple[str, ...] = ()

    @property
    def is_rollback(self) -> bool:
        """Whether it takes a stage back to an earlier execution: it runs no other stage."""
        return self.trigger in ROLLBACKS

    @property
    def ended(self) -> bool:
        """Whether the pipeline is done with it."""
        return self.state is not None and self.state.terminal

    @property
    def final(self) -> bool:
        """Whether nothing more will happen by itself: the pipeline has ended, and every region is settled."""
        return self.ended and not any(part.moving for part in self.regions)
