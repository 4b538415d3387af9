"""What a person may decide about a release as it is now: pure. Whoever acts on a click asks the same once more."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace

from crosscheck.contracts.verdicts import Verdict
from crosscheck.decisions.request import DecisionRequest, Offer
from crosscheck.ledger.decision_facts import DecisionKind, check_id
from crosscheck.ledger.known_facts import KnownFacts
from crosscheck.ledger.states import RollbackState, State
from crosscheck.releases.deployments import DeployAction, attempt_of, deployments, rollback_of
from crosscheck.releases.model import RegionState, Release
from crosscheck.releases.regions import deployed

_RUNS = frozenset({State.STARTED, State.RESUMED})


@dataclass(frozen=True)
class OpenCheck:
    """A check that has not passed yet in a verification that goes on."""

    stage: str
    region: str
    kind: str
    target: str
    verdict: Verdict

    @property
    def id(self) -> str:
        """Its id among the checks of the release."""
        return check_id(self.stage, self.region, self.kind, self.target)


def offers_of(release: Release, known: KnownFacts, *, may_roll_back: bool) -> tuple[Offer, ...]:
    """What can be decided now; ``may_roll_back`` is whether the stack's RollbackMode lets anybody."""
    found = [*_approvals(release), *_retries(release, known), *_stop(release), *_skip(release, known)]
    if may_roll_back:
        found += _rollbacks(release, known)
    refused = Counter(each.matter for each in known.decisions if not each.settled)
    settled = {each.matter for each in known.decisions if each.settled}
    return tuple(
        replace(offer, request=replace(offer.request, round=refused[offer.request.matter]))
        for offer in found
        if offer.request.matter not in settled
    )


def open_checks(known: KnownFacts) -> tuple[OpenCheck, ...]:
    """The checks that can be skipped: those of a judge who will look again, as far as nobody has skipped them."""
    skipped = {each.check for each in known.skipped if each.attempt >= known.attempt_of(each.stage)}
    found = (
        OpenCheck(said.stage, said.judged.region, finding.kind, finding.target, finding.verdict)
        for said in known.verdicts
        if not said.final
        for finding in said.judged.findings
        if finding.verdict is not Verdict.PASS
    )
    return tuple({each.id: each for each in found if each.id not in skipped}.values())


def _approvals(release: Release) -> Iterator[Offer]:
    for each in release.approvals:
        where = f"{each.stage} / {each.action}"
        request = DecisionRequest(DecisionKind.APPROVE, release.subject, each.stage, each.action, each.attempt)
        yield Offer(request, where)
        yield Offer(replace(request, kind=DecisionKind.REJECT), where)


def _retries(release: Release, known: KnownFacts) -> Iterator[Offer]:
    for stage in release.retryable:
        yield Offer(DecisionRequest(DecisionKind.RETRY, release.subject, stage, attempt=known.attempt_of(stage)), stage)


def _stop(release: Release) -> Iterator[Offer]:
    if release.state in _RUNS:
        request = DecisionRequest(DecisionKind.STOP, release.subject, attempt=release.attempt)
        yield Offer(request, "", "Actions in progress end, then the release stops. Nothing is taken back.")


def _skip(release: Release, known: KnownFacts) -> Iterator[Offer]:
    stages = {check.stage for check in open_checks(known)}
    if stages:
        # The event of a stage's new attempt may come before that of its execution.
        attempt = max(release.attempt, *map(known.attempt_of, stages))
        yield Offer(DecisionRequest(DecisionKind.SKIP, release.subject, attempt=attempt))


def _rollbacks(release: Release, known: KnownFacts) -> Iterator[Offer]:
    """The failed regions that were left as they are, because the mode says so or because a person has to say where to
    go back to."""
    running = release.state is None or not release.state.terminal
    left: dict[tuple[str, str], DeployAction] = {}
    for deployment in deployments(known):
        failed = any(part.state is RegionState.FAILED for part in deployed(deployment, known, running=running))
        if failed and _was_left(deployment, known):
            left[deployment.stage, deployment.region] = deployment
    for (stage, region), deployment in left.items():
        rollback = known.rollback(stage, region)
        # What was suggested after a retry of the gate is of a later attempt than the deployment.
        attempt = max(attempt_of(deployment, known), rollback.attempt if rollback else 0)
        request = DecisionRequest(DecisionKind.ROLL_BACK, release.subject, stage, region, attempt)
        target = f" to {rollback.target}" if rollback and rollback.target else " to what was proven there"
        yield Offer(request, region, f"{region} goes back{target}.")


def _was_left(deployment: DeployAction, known: KnownFacts) -> bool:
    rollback = rollback_of(deployment, known)
    if rollback is None:
        state = known.state_of(deployment.stage)
        return state is not None and state.terminal
    return rollback.state is RollbackState.SUGGESTED and not rollback.by
