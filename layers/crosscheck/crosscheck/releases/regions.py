"""How far each region of a release is: from its deploy actions, what the judges say, and what was rolled back."""

from dataclasses import replace

from crosscheck.console import is_plain_url
from crosscheck.contracts.verdicts import Verdict
from crosscheck.ledger.known_facts import KnownFacts
from crosscheck.ledger.rollback_facts import RollbackProgress
from crosscheck.ledger.states import RollbackState, State
from crosscheck.releases.deployments import DeployAction, attempt_of, deployments, rollback_of
from crosscheck.releases.model import RegionProgress, RegionState
from crosscheck.releases.region_verdicts import final_failure, verified

# Where a region is deployed to more than once, or has several judges, its state is the first of these that occurs.
_PRECEDENCE = (
    RegionState.FAILED,
    RegionState.ROLLED_BACK,
    RegionState.DEPLOYING,
    RegionState.VERIFYING,
    RegionState.UNKNOWN,
    RegionState.SKIPPED,
    RegionState.PASSED,
)


def regions_of(known: KnownFacts, *, running: bool) -> list[RegionProgress]:
    """Every region that the release deploys to, in the order of the definition; ``running``: the pipeline is."""
    progress: dict[str, list[RegionProgress]] = {}
    to_region: dict[str, list[DeployAction]] = {}
    for deployment in deployments(known):
        rollback = rollback_of(deployment, known)
        found = deployed(deployment, known, running=running)
        parts = (_taken_back(part, rollback) if rollback else _awaiting(part, deployment, known) for part in found)
        warning = replaced_in(deployment, known)
        progress.setdefault(deployment.region, []).extend(replace(part, warning=warning) for part in parts)
        to_region.setdefault(deployment.region, []).append(deployment)
    return [_timed(_combine(region, parts), to_region[region]) for region, parts in progress.items()]


def deployed(deployment: DeployAction, known: KnownFacts, *, running: bool) -> list[RegionProgress]:
    """What the deploy action and, once it succeeded, each judge make of the region."""
    region, action = deployment.region, deployment.action
    if action is None:
        # Its events may have been lost: who has judged what it brought knows that it began.
        begun = known.verdicts_on(deployment.stage, region)
        unheard = [] if begun else [_not_begun(deployment, known, running=running)]
        return unheard or verified(deployment, known, running=running)
    match action.run.state:
        case State.STARTED | State.RESUMED | State.STOPPING:
            if running:
                return [RegionProgress(region, RegionState.DEPLOYING)]
            return [RegionProgress(region, RegionState.UNKNOWN, "the deployment was left running")]
        case State.FAILED:
            why = action.summary or final_failure(deployment, known) or "the deploy action failed"
            return [RegionProgress(region, RegionState.FAILED, why)]
        case State.SUCCEEDED:
            return verified(deployment, known, running=running)
        case state:
            word = action.run.word or state
            return [RegionProgress(region, RegionState.UNKNOWN, f"the deploy action was {word.lower()}")]


def _not_begun(deployment: DeployAction, known: KnownFacts, *, running: bool) -> RegionProgress:
    if known.state_of(deployment.stage) is State.SKIPPED:
        return RegionProgress(deployment.region, RegionState.SKIPPED, "a condition skipped the stage")
    if running:
        return RegionProgress(deployment.region, None)
    return RegionProgress(deployment.region, RegionState.SKIPPED, "never started")


def replaced_in(deployment: DeployAction, known: KnownFacts) -> str:
    """That the rollback of the action's latest run took the place of what was somebody else's; empty if it did not."""
    replaced = known.replaced(deployment.stage, deployment.region)
    if replaced is None or replaced.attempt < attempt_of(deployment, known):
        return ""
    return f"the rollback replaced {replaced.what}" if deployment.precedes(replaced.at) else ""


def _is_due(deployment: DeployAction, known: KnownFacts) -> bool:
    """Whether Crosscheck is to look by itself if it can take back what the action's latest run brought, and has not
    found since that it did not fail."""
    judge = known.judges.get((deployment.stage, deployment.region))
    if judge is None or judge.takes_back_attempt < max(1, attempt_of(deployment, known)):
        return False
    said = known.verdicts_on(deployment.stage, deployment.region)
    spoken = (each for each in said if not each.judge and each.final and deployment.precedes(each.at))
    return all(each.judged.verdict is Verdict.FAIL for each in spoken)


def _awaiting(part: RegionProgress, deployment: DeployAction, known: KnownFacts) -> RegionProgress:
    """A region whose rollback nobody has begun: of one that failed it is told whether that is due."""
    return replace(part, rollback_due=_is_due(deployment, known)) if part.state is RegionState.FAILED else part


def _taken_back(part: RegionProgress, rollback: RollbackProgress) -> RegionProgress:
    """A failed region in the light of its rollback: it stays failed, unless that one is proven."""
    if part.state is not RegionState.FAILED:
        return part
    if rollback.state is RollbackState.DONE:
        why = f"was: {part.reason}" if part.reason else ""
        back = RegionProgress(part.region, RegionState.ROLLED_BACK, rollback.reason, why)
        return replace(back, rollback=rollback.state, target=rollback.target)
    return replace(part, follow_up=follow_up(rollback), rollback=rollback.state)


def follow_up(rollback: RollbackProgress) -> str:
    """What became of a rollback, in words; where the service or CodePipeline did it, only the reason."""
    reason, target = rollback.reason, rollback.target
    match rollback.state:
        case RollbackState.RUNNING:
            return f"rolling back to {target}" if target else "rolling back"
        case RollbackState.SUGGESTED:
            return f"rollback suggested: {reason}"
        case RollbackState.MOVED_ON:
            return f"not rolled back: {reason}"
        case RollbackState.FAILED:
            return f"the rollback did not work: {reason}"
        case RollbackState.UNKNOWN:
            return f"what became of the rollback is unknown: {reason}"
        case RollbackState.LEFT | RollbackState.BACK | RollbackState.DONE:
            return reason


def _timed(part: RegionProgress, made: list[DeployAction]) -> RegionProgress:
    """The region with when its latest deployment began, how long that took, and whose gates judge it."""
    actions = [deployment.action for deployment in made if deployment.action]
    latest = max(actions, key=lambda action: action.run.begun, default=None)
    gates = tuple(dict.fromkeys(gate for deployment in made for gate in deployment.gates))
    if latest is None:
        return replace(part, gates=gates)
    run, url = latest.run, latest.url if is_plain_url(latest.url) else ""
    ended = run.state.terminal and run.started is not None
    seconds = max(0.0, run.at - run.begun) if ended else None
    return replace(part, since=run.begun, seconds=seconds, gates=gates, url=url)


def _combine(region: str, parts: list[RegionProgress]) -> RegionProgress:
    begun = [part for part in parts if part.state is not None]
    if not begun:
        return RegionProgress(region, None)
    if len(begun) < len(parts) and all(part.state is RegionState.PASSED for part in begun):
        more = "more stages deploy to this region"
        return RegionProgress(region, RegionState.DEPLOYING, more, between_stages=True)
    # What one stage brought is there, whether or not a later stage ever started.
    brought = [part for part in begun if part.state is not RegionState.SKIPPED]
    first = min(brought or begun, key=lambda part: _PRECEDENCE.index(part.state or RegionState.UNKNOWN))
    warning = "; ".join(dict.fromkeys(part.warning for part in parts if part.warning))
    running = any(part.rollback is RollbackState.RUNNING for part in parts)
    return replace(first, warning=warning, rollback=RollbackState.RUNNING if running else first.rollback)
