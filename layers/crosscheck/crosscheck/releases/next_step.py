"""What happens next to a release, and who has to act, in words: from the release alone, without a clock."""

from collections.abc import Iterator

from crosscheck.ledger.states import RollbackState, State
from crosscheck.releases.model import Approval, RegionState, Release
from crosscheck.text import listed

NOTHING = "nothing to do"
AGAIN = "fix the cause and release again"

_ENDS = {
    State.STOPPED: "nothing happens until somebody retries its stage or releases again",
    State.CANCELED: "nothing happens until somebody retries its stage or releases again",
    State.ABANDONED: "nothing happens until somebody retries its stage or releases again",
    State.SUPERSEDED: f"{NOTHING}: a later execution goes on in its place",
}


def next_step(release: Release) -> str:
    """The clauses that are true, the most pressing ones first."""
    ended = _after_the_end(release) if release.ended else ()
    clauses = [*map(_approved, release.approvals), *_by_people(release), *_by_itself(release), *ended]
    return "; ".join(clauses) or _rest(release)


def _approved(approval: Approval) -> str:
    who = f"a subscriber of the topic {approval.topic}" if approval.topic else "whoever may approve it"
    return f"waits for approval of {approval.stage} / {approval.action} by {who}"


def _by_people(release: Release) -> Iterator[str]:
    """What nobody but a person does."""
    if suggested := _failed(release, RollbackState.SUGGESTED):
        yield f"a person has to decide about {listed(suggested)}: a rollback is suggested"
    if stuck := _failed(release, RollbackState.FAILED):
        yield f"a person has to mend {listed(stuck)}: the rollback did not work"
    if failed := _failed(release, None):
        yield f"a person has to look at {listed(failed)}"


def _by_itself(release: Release) -> Iterator[str]:
    """What is under way."""
    if back := _regions(release, rollback=RollbackState.RUNNING):
        yield f"rolls back {listed(back)}"
    if release.state is State.STOPPING:
        yield "stops once the actions in progress have ended"
        return
    works = []
    if deploying := _regions(release, RegionState.DEPLOYING):
        works.append(f"deploys to {listed(deploying)}")
    if verifying := _regions(release, RegionState.VERIFYING):
        works.append(f"verifies {listed(verifying)}")
    if not release.ended and not release.approvals:
        running = [stage.name for stage in release.stages if stage.state and not stage.state.terminal]
        works = works or ([f"runs {listed(running, things='stages')}"] if running else [])
        works += [f"then {stage}" if works else f"goes on with {stage}" for stage in _following(release)]
    if works:
        yield ", ".join(works)


def _following(release: Release) -> list[str]:
    """The stage after those that have begun; none where one of them ended otherwise than well."""
    begun = [number for number, stage in enumerate(release.stages) if stage.state]
    good = {State.STARTED, State.RESUMED, State.SUCCEEDED, State.SKIPPED}
    if any(stage.state and stage.state not in good for stage in release.stages):
        return []
    return [stage.name for stage in release.stages[max(begun, default=-1) + 1 :]][:1]


def _after_the_end(release: Release) -> Iterator[str]:
    """What is left once the pipeline is done, and who has to do it."""
    if left := _failed(release, RollbackState.LEFT):
        yield f"CodePipeline takes {listed(left)} back by itself"
    if unknown := _regions(release, RegionState.UNKNOWN):
        yield f"a person has to look at {listed(unknown)}: whether it is well is unknown"


def _rest(release: Release) -> str:
    """Where nobody does anything, and nobody has to at once."""
    if back := _regions(release, RegionState.ROLLED_BACK):
        return f"{NOTHING} at once: rolled back in {listed(back)}; {AGAIN}"
    if release.state in _ENDS:
        return _ENDS[release.state]
    if release.state is State.FAILED:
        failed = next((f"{failure.stage} / {failure.action}" for failure in release.failures if not failure.told), "")
        return f"somebody has to see to {failed}, then retry its stage or release again" if failed else AGAIN
    if release.state is State.SUCCEEDED:
        return NOTHING
    return "waits for CodePipeline" if not release.ended else ""


def _failed(release: Release, rollback: RollbackState | None) -> list[str]:
    failed = (part for part in release.regions if part.state is RegionState.FAILED)
    return [part.region for part in failed if part.rollback is rollback]


def _regions(release: Release, state: RegionState | None = None, *, rollback: RollbackState | None = None) -> list[str]:
    """The regions in this state, or those whose rollback is."""
    if rollback:
        return [part.region for part in release.regions if part.rollback is rollback]
    return [part.region for part in release.regions if part.state is state]
