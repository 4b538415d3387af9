"""What is done about a region, given the rollbacks that its deployments propose: pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from crosscheck.contracts.check import PlannedCheck
from crosscheck.contracts.rollback import Feasibility, RollbackProposal
from crosscheck.ledger.states import RollbackState


@dataclass(frozen=True)
class Candidate:
    """The proposed rollback of one deployment, the baseline that it was proposed with, and where that comes from."""

    planned: PlannedCheck
    proposal: RollbackProposal
    baseline: str = ""
    origin: str = ""

    @property
    def target(self) -> str:
        """What would run then, for people; empty if unknown."""
        target = self.proposal.target
        return f"{target} ({self.origin})" if target and self.origin else target


@dataclass(frozen=True)
class RollbackChoice:
    """What is done about a region. ``ready`` are the deployments that can be taken back now; where there are none,
    ``state`` is what is recorded of the region instead. ``origin`` says what proved what the region goes back to."""

    state: RollbackState
    reason: str
    target: str = ""
    origin: str = ""
    ready: tuple[Candidate, ...] = ()


# Where nothing is ready, the most telling of what stands in the way.
_PRECEDENCE = (Feasibility.MANUAL, Feasibility.SUPERSEDED, Feasibility.ALREADY_BACK)
# What is recorded of a region in which nothing is ready.
STATES = {
    Feasibility.MANUAL: RollbackState.SUGGESTED,
    Feasibility.SUPERSEDED: RollbackState.MOVED_ON,
    Feasibility.ALREADY_BACK: RollbackState.BACK,
}


def choose(found: Sequence[Candidate], mode: str, *, begun: bool) -> RollbackChoice:
    """What to do about a region with these deployments; ``mode`` is ``suggest`` or ``auto``.

    ``begun`` says that we may have begun before, and died: what is back may be so by our doing, and is proven with
    the rest.
    """
    ready = tuple(
        each for each in found if each.proposal.feasibility is Feasibility.READY or (begun and _provable(each.proposal))
    )
    if not ready:
        worst = next((kind for kind in _PRECEDENCE if any(each.proposal.feasibility is kind for each in found)), None)
        if worst is None:
            return RollbackChoice(
                RollbackState.SUGGESTED, "nothing that this execution deployed here can be taken back"
            )
        return RollbackChoice(STATES[worst], _reasons(each for each in found if each.proposal.feasibility is worst))
    targets, origins = ((each.target for each in ready), (each.origin for each in ready))
    state = RollbackState.RUNNING if mode == "auto" else RollbackState.SUGGESTED
    return RollbackChoice(state, _reasons(ready), _listed(targets), _listed(origins), ready)


def _listed(texts: Iterable[str]) -> str:
    return ", ".join(dict.fromkeys(filter(None, texts)))


def _provable(proposal: RollbackProposal) -> bool:
    return proposal.feasibility is Feasibility.ALREADY_BACK and proposal.verification is not None


def no_rollback(planned: PlannedCheck) -> RollbackProposal:
    """The proposal for a deployment that cannot be rolled back, beside others that can."""
    return RollbackProposal(Feasibility.MANUAL, f"{planned.target}: {planned.kind} has no way back of its own")


def _reasons(found: Iterable[Candidate]) -> str:
    return "; ".join(dict.fromkeys(each.proposal.reason for each in found))
