"""The facts about taking a region back: what became of it, and who may do it."""

from dataclasses import dataclass, replace
from typing import Self

from crosscheck.ledger.states import RollbackState
from crosscheck.ledger.stored_fact import StoredFact
from crosscheck.ledger.table import REASON_LIMIT, Fact, Order

# Above every state of a rollback that nobody asked for.
ASKED_FOR = 10
_REPLACING = frozenset({RollbackState.RUNNING, RollbackState.DONE, RollbackState.FAILED})


@dataclass(frozen=True)
class RollbackProgress(StoredFact):
    """What became of taking back what a stage's ``attempt`` brought to a region.

    ``target`` is what the region goes back to, for people, or empty. ``by`` is the Slack id of the person who asked for
    it, empty where nobody did; what a person asks for comes after what was only suggested. ``untouched`` says of one
    that FAILED that nothing was changed, as it could not be begun.
    """

    name = "rollback"
    place = ("stage", "region")

    stage: str
    region: str
    attempt: int
    state: RollbackState
    reason: str
    at: float
    target: str = ""
    by: str = ""
    untouched: bool = False

    @property
    def replaces(self) -> bool:
        """Whether Crosscheck takes, or took, the place of what the attempt had brought. Of what went BACK by itself the
        service tells that, or nothing had been deployed."""
        return self.state in _REPLACING and not self.untouched

    def to_fact(self) -> Fact:
        """The fact."""
        rank = self.state.rank + (ASKED_FOR if self.by else 0)
        return self.ordered(Order(self.attempt, rank, self.at, self.state.value))

    def within_limits(self) -> Self:
        """The rollback with as much of its texts as is stored."""
        return replace(self, reason=self.reason[:REASON_LIMIT], target=self.target[:REASON_LIMIT])


@dataclass(frozen=True)
class ReplacedDeployment(StoredFact):
    """What the rollback of a stage's ``attempt`` in a region took the place of that was somebody else's.

    ``what`` names it and says how to deploy it again.
    """

    name = "replaced"
    place = ("stage", "region")

    stage: str
    region: str
    attempt: int
    what: str
    at: float

    def to_fact(self) -> Fact:
        """The fact."""
        return self.ordered(Order(self.attempt, 0, self.at, self.what[:REASON_LIMIT]))

    def within_limits(self) -> Self:
        """The fact with as much of its text as is stored."""
        return replace(self, what=self.what[:REASON_LIMIT])


@dataclass(frozen=True)
class RollbackClaim:
    """The right to take back what one attempt of a stage brought to a region. Its first holder keeps it."""

    stage: str
    region: str
    attempt: int

    @property
    def name(self) -> str:
        """The claim's name in the ledger."""
        return f"claim/rollback/{self.stage}/{self.region}/{self.attempt}"
