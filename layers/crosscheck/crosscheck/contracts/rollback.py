"""What a rollback is: back to what was proven, executed as compare-and-set, proven by a check."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import ClassVar, Self

from crosscheck.clients import Clients
from crosscheck.contracts.check import PlannedCheck
from crosscheck.errors import CrosscheckError

NOTHING_PROVEN = "nothing that ran there has passed a release, and what ran before the first one is unknown"
NOTHING_ELSE_PROVEN = "what this execution brought is also what last passed there: there is nothing else to go back to"


class Feasibility(StrEnum):
    """Whether what an execution brought to a region can be taken back."""

    READY = "ready"  # the region runs what the execution brought, and there is something to go back to
    MANUAL = "manual"  # the region runs what the execution brought, and a person has to say where to go
    ALREADY_BACK = "already back"  # the service went back by itself, or the execution brought nothing
    SUPERSEDED = "superseded"  # somebody, or a later execution, has brought something else since


@dataclass(frozen=True)
class RollbackProposal:
    """What would take a deployment back, as of one reading of the service.

    ``target`` is what the region would run then, for people (``my-service:7``), empty if unknown; ``reason`` explains
    the feasibility. ``preconditions`` are what was read and must still hold when the rollback is executed; they are
    empty if nothing has to be changed. ``verification`` is the check that passes once the region is back, None unless
    READY or ALREADY_BACK. ``settle_seconds`` is how long the service itself goes on after the region is back, before
    the verification can pass.
    """

    feasibility: Feasibility
    reason: str
    target: str = ""
    preconditions: Mapping[str, str] = field(default_factory=dict)
    verification: PlannedCheck | None = None
    settle_seconds: float = 0.0

    @property
    def verified(self) -> PlannedCheck:
        """The verification of a proposal that is READY.

        Raises:
            ValueError: there is none.
        """
        if self.verification is None:
            raise ValueError(f"a rollback that is {self.feasibility} has no verification")
        return self.verification

    def suggested(self, why: str) -> Self:
        """The same, left to a person, who is told why."""
        return replace(self, feasibility=Feasibility.MANUAL, reason=f"{self.reason}; {why}", verification=None)


@dataclass(frozen=True)
class RollbackStarted:
    """A rollback that was begun: ``reason`` says what was done, ``verification`` passes once the region is back.

    ``replaced`` is what somebody else had deployed in the very moment, and how to deploy it again; empty if nothing.
    """

    reason: str
    verification: PlannedCheck
    replaced: str = ""


class SupersededError(CrosscheckError):
    """The region is not as it was when the rollback was proposed; nothing was changed. The text says what it is."""


class Rollback[T, P: RollbackProposal](ABC):
    """The rollback of one kind of deployment.

    ``T`` is what is taken back: a planned check that follows from a deploy action, or a stage. ``P`` is the proposal,
    with whatever ``act`` needs besides.
    """

    permissions: ClassVar[frozenset[str]]
    """The IAM actions that change something; what a rollback reads, its service's check reads as well."""
    reads: ClassVar[frozenset[str]] = frozenset()
    """The IAM actions that only the rollback needs in order to read."""

    @abstractmethod
    def propose(self, target: T, baseline: str, aws: Clients) -> P:
        """Read the service, change nothing.

        ``baseline`` is what to go back to, as the check names it among its ``baselines``: the newest state that passed
        there, else what ran before the first release; empty if the ledger knows neither. Only that is a target: what
        merely ran before may have failed, so without a baseline, and where it is what the execution brought, the
        proposal is MANUAL at most (``NOTHING_PROVEN``, ``NOTHING_ELSE_PROVEN``).

        Raises:
            ClientError, BotoCoreError: the service refused, or did not answer.
        """

    @abstractmethod
    def act(self, target: T, proposal: P, aws: Clients) -> RollbackStarted:
        """Begin the rollback. The proposal is READY and was read a moment ago.

        Raises:
            SupersededError, ClientError, BotoCoreError: nothing was changed.
        """

    @abstractmethod
    def changed(self, target: T, proposal: P, aws: Clients) -> str:
        """What became of the region since ``propose`` read it; empty if nothing did, or if the service itself compares
        when ``act`` is called. It is the last that is read before ``act``: no other call comes between the two.

        Raises:
            ClientError, BotoCoreError: the service refused, or did not answer.
        """

    @abstractmethod
    def replaced(self, target: T, proposal: P, started: RollbackStarted, aws: Clients) -> str:
        """What the rollback took the place of, if that was somebody else's, and how to deploy it again; else empty.

        Few services compare and act in one call: what was deployed between ``changed`` and ``act`` is replaced. It is
        asked after a crash as well, so it goes by what the service remembers, not by what ``act`` saw.

        Raises:
            ClientError, BotoCoreError: the service refused, or did not answer; asking again is safe.
        """

    def races(self, target: T, aws: Clients) -> tuple[type[Exception], ...]:
        """The errors with which the service says that something changed between reading and acting."""
        del target, aws
        return ()

    def execute(self, target: T, proposal: P, baseline: str, aws: Clients) -> RollbackStarted:
        """Take it back: read again, compare, act, and see what was replaced. Executing twice, as after a crash, has one
        effect.

        Raises:
            SupersededError: the region changed since the proposal.
            ClientError, BotoCoreError: the service refused, or did not answer.
        """
        try:
            return self._compare_and_act(target, proposal, baseline, aws)
        except self.races(target, aws):
            return self._compare_and_act(target, proposal, baseline, aws)

    def _compare_and_act(self, target: T, proposal: P, baseline: str, aws: Clients) -> RollbackStarted:
        now = self.propose(target, baseline, aws)
        if now.feasibility is Feasibility.ALREADY_BACK and now.verification:
            return self._compared(target, now, RollbackStarted(now.reason, now.verification), aws)
        if now.feasibility is not Feasibility.READY:
            raise SupersededError(now.reason)
        if now.preconditions and dict(now.preconditions) != dict(proposal.preconditions):
            raise SupersededError(f"it changed meanwhile: {now.reason}")
        if changed := self.changed(target, now, aws):
            raise SupersededError(f"it changed meanwhile: {changed}")
        return self._compared(target, now, self.act(target, now, aws), aws)

    def _compared(self, target: T, now: P, started: RollbackStarted, aws: Clients) -> RollbackStarted:
        return replace(started, replaced=self.replaced(target, now, started, aws))
