"""The facts about taking a region back: what became of it, and who may do it."""

from dataclasses import dataclass
from typing import ClassVar, Self

from crosscheck import times
from crosscheck.ledger.states import RollbackState
from crosscheck.ledger.table import REASON_LIMIT, Fact, Order, Record


@dataclass(frozen=True)
class RollbackProgress:
    """What became of taking back what a stage's ``attempt`` brought to a region.

    ``target`` is what the region goes back to, for people, or empty.
    """

    prefix: ClassVar[str] = "rollback/"

    stage: str
    region: str
    attempt: int
    state: RollbackState
    reason: str
    at: float
    target: str = ""

    @property
    def name(self) -> str:
        """The fact's name."""
        return f"{self.prefix}{self.stage}/{self.region}"

    def to_fact(self) -> Fact:
        """The fact."""
        latest = {
            "stage": self.stage,
            "region": self.region,
            "attempt": self.attempt,
            "state": self.state.value,
            "target": self.target[:REASON_LIMIT],
            "reason": self.reason[:REASON_LIMIT],
            "at": times.to_text(self.at),
        }
        return Fact(self.name, Order(self.attempt, self.state.rank, self.at, self.state.value), latest)

    @classmethod
    def from_record(cls, record: Record) -> Self:
        """What the ledger knows."""
        latest = record.latest
        stage, _, region = record.name.removeprefix(cls.prefix).partition("/")
        return cls(
            stage=stage,
            region=region,
            attempt=latest["attempt"],
            state=RollbackState(latest["state"]),
            reason=latest["reason"],
            at=times.from_text(latest["at"]),
            target=latest["target"],
        )


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
