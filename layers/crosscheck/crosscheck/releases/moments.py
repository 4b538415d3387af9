"""The moments of a release of which a person is told once, since an edited card notifies nobody.

Which moments there are follows from the facts alone, in whatever order these arrive. A moment has a key, so that
whoever tells of it can do so once.
"""

from collections.abc import Iterator, Set
from dataclasses import dataclass
from enum import StrEnum

from crosscheck import times
from crosscheck.contracts.verdicts import Verdict
from crosscheck.ledger.known_facts import KnownFacts
from crosscheck.ledger.rollback_facts import RollbackProgress
from crosscheck.ledger.states import RollbackState, State
from crosscheck.releases.deployments import DeployAction, attempt_of, deployments, rollback_of
from crosscheck.releases.model import Approval, RegionState, Release
from crosscheck.releases.regions import deployed, follow_up, replaced_in


class MomentKind(StrEnum):
    """What happened, as a moment's key spells it."""

    APPROVAL = "approval"
    FAILED = "failed"
    ROLLBACK = "rollback"
    UNKNOWN = "unknown"
    REPLACED = "replaced"
    STUCK = "stuck"
    RECOVERED = "recovered"


@dataclass(frozen=True)
class Moment:
    """Something that a person is told once: ``text`` about ``where``, in words; ``url`` is where to act, if anywhere.

    ``key`` names it among the moments of its release. One that ``follows`` others, whose keys begin so, says nothing to
    whom none of them was told.
    """

    kind: MomentKind
    key: str
    where: str
    text: str
    url: str = ""
    follows: str = ""

    @property
    def needs_a_person(self) -> bool:
        """Whether somebody has to act, or at least to look: who is called for a region that failed is told as well when
        it is back, which is not yet the end of the work."""
        return self.kind is not MomentKind.RECOVERED


def moments_of(release: Release, known: KnownFacts) -> tuple[Moment, ...]:
    """The moments of a release, each once: who has to approve something, then region by region.

    A release that waits for nobody, and whose regions are all well, has none.
    """
    running = release.state is None or not release.state.terminal
    found = [*map(_approval, release.approvals), *(_stuck(known) if running else ())]
    for deployment in deployments(known):
        found.extend(_of_region(deployment, known, running=running))
    return tuple({moment.key: moment for moment in found}.values())


def _approval(approval: Approval) -> Moment:
    return Moment(
        MomentKind.APPROVAL,
        _key(MomentKind.APPROVAL, approval.stage, approval.action, approval.attempt),
        f"{approval.stage} / {approval.action}",
        f"waits for an approval{approval.details}",
        approval.url,
    )


def _stuck(known: KnownFacts) -> Iterator[Moment]:
    """The actions that hold the release up, as far as the ledger does not know that they ended."""
    stuck = {(each.stage, each.action, each.id): each for each in known.stuck}
    for action in known.actions:
        held = stuck.get((action.stage, action.action, action.id))
        if held and not action.run.state.terminal:
            key = _key(MomentKind.STUCK, action.stage, action.action, action.run.attempt)
            text = f"stuck in {action.region}: in progress since {times.for_people(held.started)}"
            yield Moment(MomentKind.STUCK, key, f"{action.stage} / {action.action}", text, action.url)


def _of_region(deployment: DeployAction, known: KnownFacts, *, running: bool) -> Iterator[Moment]:
    place = (deployment.stage, deployment.region, attempt_of(deployment, known))
    if warning := replaced_in(deployment, known):
        yield Moment(MomentKind.REPLACED, _key(MomentKind.REPLACED, *place), deployment.region, warning)
    states = deployed(deployment, known, running=running)
    failures = [each for each in states if each.state is RegionState.FAILED]
    if not failures:
        yield from _unknown(deployment, known, place)
        yield from _recovered(place, {each.state for each in states})
        return
    key = _key(MomentKind.FAILED, *place)
    yield Moment(MomentKind.FAILED, key, deployment.region, f"failed: {failures[0].reason}")
    rollback = rollback_of(deployment, known)
    if rollback and (text := _said(rollback)):
        key = f"{_key(MomentKind.ROLLBACK, *place)}/{rollback.state}"
        yield Moment(MomentKind.ROLLBACK, key, deployment.region, text)


def _recovered(place: tuple[str, str, int], states: Set[RegionState | None]) -> Iterator[Moment]:
    """A region is well after a retry. Whether it was not before is what somebody was told then."""
    stage, region, attempt = place
    if attempt > 1 and states == {RegionState.PASSED}:
        key = _key(MomentKind.RECOVERED, *place)
        earlier = f"{MomentKind.FAILED}/{stage}/{region}/"
        yield Moment(MomentKind.RECOVERED, key, region, f"passed in attempt {attempt}", follows=earlier)


def _unknown(deployment: DeployAction, known: KnownFacts, place: tuple[str, str, int]) -> Iterator[Moment]:
    """A gate failed for a region of which it cannot say whether it is well. Nothing is rolled back for that."""
    for said in known.verdicts_on(deployment.stage, deployment.region):
        unknown = said.final and said.judge and said.judged.verdict is Verdict.INCONCLUSIVE
        if unknown and deployment.precedes(said.at) and _has_failed(said.judge, deployment.stage, known):
            key = _key(MomentKind.UNKNOWN, *place)
            yield Moment(MomentKind.UNKNOWN, key, deployment.region, f"unknown: {said.judged.reason}")


def _has_failed(gate: str, stage: str, known: KnownFacts) -> bool:
    """Whether a gate has failed, by its action, or as a rule of the stage by the stage."""
    ended = {f"{each.stage}/{each.action}": each.run.state for each in known.actions}
    return ended.get(gate, known.state_of(stage)) is State.FAILED


def _said(rollback: RollbackProgress) -> str:
    """What became of a rollback; empty while nothing did, and where CodePipeline does it."""
    match rollback.state:
        case RollbackState.DONE | RollbackState.BACK:
            return f"rolled back: {rollback.reason}"
        case RollbackState.RUNNING | RollbackState.LEFT:
            return ""
        case RollbackState.SUGGESTED | RollbackState.MOVED_ON | RollbackState.FAILED | RollbackState.UNKNOWN:
            return follow_up(rollback)


def _key(kind: MomentKind, stage: str, place: str, attempt: int) -> str:
    return f"{kind}/{stage}/{place}/{attempt}"
