"""What happens next to a release, and who has to act, in words: from the release alone, without a clock."""

from collections.abc import Iterator

from crosscheck.ledger.states import RollbackState, State
from crosscheck.releases.model import Approval, RegionState, Release
from crosscheck.text import listed

NOTHING = "nothing to do"


def next_step(release: Release) -> str:
    """The clauses that are true, the most pressing ones first."""
    waits = [f"{waits_for(approval)} {by_whom(approval)}" for approval in release.approvals]
    return "; ".join(filter(None, [*waits, other_steps(release)]))


def waits_for(approval: Approval) -> str:
    """What a person has to approve, up to the word "by"."""
    return f"waits for approval of {approval.stage} / {approval.action} by"


def by_whom(approval: Approval) -> str:
    """Who may approve it in CodePipeline, as far as that is known."""
    return f"a subscriber of the topic {approval.topic}" if approval.topic else "whoever may approve it"


def other_steps(release: Release) -> str:
    """The clauses about all but approvals; empty where nothing happens before one is given."""
    ended = list(_after_the_end(release)) if release.ended else []
    clauses = [*_by_people(release), *_by_itself(release), *ended]
    if clauses and release.retryable:
        clauses.append(f"once all is well, {_retry(release)}release again")
    return "; ".join(clauses) or _rest(release)


def _by_people(release: Release) -> Iterator[str]:
    """What nobody but a person does."""
    if suggested := _failed(release, RollbackState.SUGGESTED):
        yield f"a person has to decide about {listed(suggested)}: a rollback is suggested"
    if stuck := _failed(release, RollbackState.FAILED):
        yield f"a person has to mend {listed(stuck)}: the rollback did not work"
    if failed := [*_failed(release, None), *_failed(release, RollbackState.UNKNOWN)]:
        yield f"a person has to look at {listed(failed)}"


def _by_itself(release: Release) -> Iterator[str]:
    """What is under way."""
    if due := [part.region for part in release.regions if part.rollback_due]:
        yield f"Crosscheck looks whether it can take {listed(due)} back"
    if back := _regions(release, rollback=RollbackState.RUNNING):
        yield f"rolls back {listed(back)}"
    if release.state is State.STOPPING:
        yield "stops once the actions in progress have ended"
        return
    works = []
    begun = (part for part in release.regions if not part.between_stages)
    if deploying := [part.region for part in begun if part.state is RegionState.DEPLOYING]:
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
    """The stage after those that have begun; none where one of them ended otherwise than well, or in a rollback, which
    runs a single stage."""
    if release.is_rollback:
        return []
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
    """Where nobody does anything, and nobody has to now."""
    retry = f", then retries {_stages(release)} or" if release.retryable else " and"
    again = f"whoever released this fixes the cause{retry} releases again"
    if back := _regions(release, RegionState.ROLLED_BACK):
        return f"{NOTHING} now: {_runs_now(release, back)}; {again}"
    match release.state:
        case State.SUCCEEDED:
            return NOTHING
        case State.SUPERSEDED:
            return f"{NOTHING}: a later execution goes on in its place"
        case State.STOPPED | State.CANCELED | State.ABANDONED:
            return f"nothing happens until somebody decides to {_retry(release)}release again"
        case State.FAILED:
            failed = (f"{each.stage} / {each.action}" for each in release.failures if not each.told)
            first = next(failed, "")
            return f"somebody has to see to {first}, then {_retry(release)}release again" if first else again
    return "waits for CodePipeline" if not release.ended and not release.approvals else ""


def _runs_now(release: Release, back: list[str]) -> str:
    """What a release leaves behind that some regions keep, and others do not."""
    kept = _regions(release, RegionState.PASSED)
    keep = f", {listed(kept)} {'keeps' if len(kept) == 1 else 'keep'} this one" if kept else ""
    return f"{listed(back)} {'runs' if len(back) == 1 else 'run'} an earlier version again{keep}"


def _retry(release: Release) -> str:
    """What else a person may do than to release again; empty where that is all that helps."""
    return f"retry {_stages(release)} or " if release.retryable else ""


def _stages(release: Release) -> str:
    return listed(release.retryable, things="stages")


def _failed(release: Release, rollback: RollbackState | None) -> list[str]:
    """The regions that failed and whose rollback is so far, but for those of which Crosscheck decides next."""
    failed = (part for part in release.regions if part.state is RegionState.FAILED and not part.rollback_due)
    return [part.region for part in failed if part.rollback is rollback]


def _regions(release: Release, state: RegionState | None = None, *, rollback: RollbackState | None = None) -> list[str]:
    """The regions in this state, or those whose rollback is."""
    if rollback:
        return [part.region for part in release.regions if part.rollback is rollback]
    return [part.region for part in release.regions if part.state is state]
