"""The facts about what people decide: each decision and what came of it, clicks that were refused, checks to skip."""

import hashlib
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Self

from crosscheck.ledger.stored_fact import StoredFact
from crosscheck.ledger.table import REASON_LIMIT, Fact, Order


class DecisionKind(StrEnum):
    """What a person may decide, as a button's value and its action id spell it."""

    APPROVE = "approve"
    REJECT = "reject"
    RETRY = "retry"
    ROLL_BACK = "roll_back"
    STOP = "stop"
    SKIP = "skip"


class DecisionState(StrEnum):
    """What came of a decision."""

    BEGUN = "begun"  # written before the deed, which is never done a second time
    DONE = "done"
    REFUSED = "refused"  # nothing was done; it can be decided once more
    UNKNOWN = "unknown"  # a word of a later version: never written


@dataclass(frozen=True)
class TakenDecision(StoredFact):
    """What a person decided, and what came of it. ``by`` is the person's id in Slack, ``at`` when they clicked.

    ``question`` names what was decided, and in which round; ``where`` is that for people. ``reason`` is the person's
    own, ``outcome`` says what was done, or why nothing was. ``kind`` is None for a word of a later version.
    """

    name = "decision"
    place = ("question",)

    question: str
    kind: DecisionKind | None
    state: DecisionState
    by: str
    at: float
    where: str = ""
    reason: str = ""
    outcome: str = ""

    def to_fact(self) -> Fact:
        """The fact."""
        ended = 0 if self.state is DecisionState.BEGUN else 1
        return self.ordered(Order(0, ended, self.at, self.by))

    def within_limits(self) -> Self:
        """The decision with as much of its texts as is stored."""
        return replace(self, reason=self.reason[:REASON_LIMIT], outcome=self.outcome[:REASON_LIMIT])

    @property
    def matter(self) -> str:
        """What was decided, in whichever round."""
        return self.question.rpartition("/")[0]

    @property
    def settled(self) -> bool:
        """Whether the matter cannot be decided once more; so it is as well where nobody can read what came of it."""
        return self.state is not DecisionState.REFUSED


@dataclass(frozen=True)
class DecisionClaim:
    """The right to answer a question. Its first holder keeps it."""

    question: str

    @property
    def name(self) -> str:
        """The claim's name in the ledger."""
        return f"claim/decision/{self.question}"


@dataclass(frozen=True)
class RefusedClick(StoredFact):
    """That somebody clicked who may not decide, from where they may not, or what was no longer offered: the latest
    time. ``kind`` is None for a word of a later version."""

    name = "refused_click"
    place = ("user", "kind")

    user: str
    kind: DecisionKind | None
    question: str
    team: str
    channel: str
    why: str
    at: float

    def to_fact(self) -> Fact:
        """The fact."""
        return self.ordered(Order(0, 0, self.at))


@dataclass(frozen=True)
class SkippedCheck(StoredFact):
    """That a person takes a check for passed, in a region that a stage's ``attempt`` deployed to.

    ``check`` is the id that ``check_id`` gives; ``kind`` and ``target`` are the check's own.
    """

    name = "skipped"
    place = ("stage", "region", "check")

    stage: str
    region: str
    check: str
    kind: str
    target: str
    attempt: int
    by: str
    at: float
    reason: str

    def to_fact(self) -> Fact:
        """The fact."""
        return self.ordered(Order(self.attempt, 0, self.at, self.by))

    def within_limits(self) -> Self:
        """The fact with as much of its texts as is stored."""
        return replace(self, target=self.target[:REASON_LIMIT], reason=self.reason[:REASON_LIMIT])


def check_id(stage: str, region: str, kind: str, target: str) -> str:
    """Twelve hexadecimal digits that name a check of what a stage deployed to a region."""
    return hashlib.sha256("|".join((stage, region, kind, target)).encode()).hexdigest()[:12]
