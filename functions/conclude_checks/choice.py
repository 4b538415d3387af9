"""What the ways back of a region's deployments come to: pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from crosscheck.contracts.check import PlannedCheck
from crosscheck.contracts.rollback import Standing, WayBack
from crosscheck.ledger.rollback_states import RollbackState


@dataclass(frozen=True)
class Found:
    """The way back of one deployment."""

    planned: PlannedCheck
    way: WayBack


@dataclass(frozen=True)
class Choice:
    """What is done about a region. ``ready`` are the deployments that can be taken back now; where there are none,
    ``state`` says what is told of the region instead."""

    state: RollbackState
    reason: str
    target: str = ""
    ready: tuple[Found, ...] = ()


# Where nothing is ready, the most telling of what stands in the way.
_PRECEDENCE = (Standing.STUCK, Standing.MOVED_ON, Standing.BACK)
# What is told of what is not ready.
STATES = {
    Standing.STUCK: RollbackState.SUGGESTED,
    Standing.MOVED_ON: RollbackState.MOVED_ON,
    Standing.BACK: RollbackState.BACK,
}


def choose(found: Sequence[Found], mode: str, *, begun: bool = False) -> Choice:
    """What to do about a region with these deployments; ``mode`` is ``suggest`` or ``auto``.

    ``begun`` says that we may have begun before, and died: what is back may be so by our doing, and is proven with
    the rest.
    """
    ready = tuple(each for each in found if each.way.standing is Standing.READY or (begun and _provable(each.way)))
    if not ready:
        standing = next((kind for kind in _PRECEDENCE if any(each.way.standing is kind for each in found)), None)
        if standing is None:
            return Choice(RollbackState.SUGGESTED, "nothing that this execution deployed here can be taken back")
        return Choice(STATES[standing], _reasons(each for each in found if each.way.standing is standing))
    targets = ", ".join(dict.fromkeys(each.way.target for each in ready if each.way.target))
    state = RollbackState.RUNNING if mode == "auto" else RollbackState.SUGGESTED
    return Choice(state, _reasons(ready), targets, ready)


def _provable(way: WayBack) -> bool:
    return way.standing is Standing.BACK and way.proof is not None


def no_way_back(planned: PlannedCheck) -> WayBack:
    """Of a deployment whose service has none, beside others that have."""
    return WayBack(Standing.STUCK, f"{planned.target}: {planned.kind} has no way back of its own")


def _reasons(found: Iterable[Found]) -> str:
    return "; ".join(dict.fromkeys(each.way.reason for each in found))
