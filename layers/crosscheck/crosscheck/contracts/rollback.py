"""What a way back is, and what beginning it gives."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from crosscheck.clients import Clients
from crosscheck.contracts.check import PlannedCheck
from crosscheck.errors import CrosscheckError


class Feasibility(StrEnum):
    """Where a region stands in relation to what an execution brought there."""

    READY = "ready"  # it runs what the execution brought, and there is something to go back to
    MANUAL = "manual"  # it runs what the execution brought, and a person has to say where to go
    ALREADY_BACK = (
        "already back"  # it runs what it ran before already: the service went back by itself, or nothing ever arrived
    )
    SUPERSEDED = "superseded"  # somebody, or a later execution, brought something else since


@dataclass(frozen=True)
class RollbackProposal:
    """What would take a deployment back, as of one reading of the service.

    ``target`` is what the region would run then, for people (``my-service:7``), empty where that is not known;
    ``reason`` says in words why it stands so. ``seen`` is for ``begin`` alone: what was read and has to be the same
    still. ``proof`` is the check that passes once the region is back, None unless READY or BACK; ``keeps`` is for how
    many seconds the service itself goes on once the region is back, before the proof can pass.
    """

    standing: Feasibility
    reason: str
    target: str = ""
    seen: Mapping[str, str] = field(default_factory=dict)
    proof: PlannedCheck | None = None
    keeps: float = 0.0


@dataclass(frozen=True)
class RollbackStarted:
    """A way back that was begun: ``reason`` says what was done, ``proof`` is the check that passes once it is over."""

    reason: str
    proof: PlannedCheck


class SupersededError(CrosscheckError):
    """The region is not as it was when the way back was proposed; nothing was changed. The text says what it is."""


class Rollback(Protocol):
    """The way back of one kind of deployment; ``planned`` is always one that follows from a deploy action (``run``)."""

    def propose(self, planned: PlannedCheck, baseline: Mapping[str, str], aws: Clients) -> RollbackProposal:
        """Read the service's history, change nothing.

        ``baseline`` is what was seen of the target before the execution's action started, empty where nothing was.

        Raises:
            ClientError, BotoCoreError: the service refused, or did not answer.
        """

    def execute(self, planned: PlannedCheck, way: RollbackProposal, aws: Clients) -> RollbackStarted:
        """Take it back: read again, compare with ``way``, act. Beginning twice, as after a crash, has one effect.

        Raises:
            SupersededError: the region changed since the proposal.
            ClientError, BotoCoreError: the service refused, or did not answer.
        """
