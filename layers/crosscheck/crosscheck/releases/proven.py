"""What a rollback may go back to: written when a release starts and when its judges have spoken, read by rollbacks.

The way back leads to the newest state that passed; where none has, to what ran before the first release that the ledger
saw. What merely ran before is no target: it may be what an earlier release broke and nobody took back.
"""

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from aws_lambda_powertools import Logger

from crosscheck import times
from crosscheck.aws_errors import AWS_ERRORS
from crosscheck.contracts.check import PlannedCheck
from crosscheck.contracts.verdicts import RegionVerdict, Verdict
from crosscheck.ledger.known_facts import KnownFacts
from crosscheck.ledger.proof_facts import BroughtState, EarliestState, ProvenState
from crosscheck.ledger.states import State
from crosscheck.ledger.subjects import DeployTarget, Subject, TargetHistory, short_execution
from crosscheck.ledger.table import Ledger
from crosscheck.registry.services import EVERY_CHECK
from crosscheck.releases.deployments import DeployAction, deployments
from crosscheck.services.codepipeline.stage_history import planned_stage
from crosscheck.telemetry import count

logger = Logger(child=True)


@dataclass(frozen=True)
class StateToRestore:
    """What a rollback may go back to, as the service's check names it among its ``baselines``, and for people where it
    comes from; both are empty where there is none."""

    state: str = ""
    origin: str = ""


@dataclass(frozen=True)
class ProvenStates:
    """What the ledger knows of the things that releases deploy to. Writing twice, in any order, has one effect."""

    ledger: Ledger

    def seen_before(self, checks: Iterable[PlannedCheck], judged: RegionVerdict, at: float) -> None:
        """Keep what preflight saw ``at`` that moment (epoch seconds). What it could not see is kept as unknown, so that
        no later preflight takes what a release has brought since for it.

        Raises:
            ClientError, BotoCoreError: the ledger is out of reach.
        """
        unseen = {check.subject: "" for check in checks if check.baseline_only}
        for name, state in {**unseen, **_states(judged)}.items():
            self.ledger.merge(DeployTarget(judged.region, name), EarliestState(state, at).to_fact())

    def begun(self, execution: Subject, checks: Iterable[PlannedCheck], account: str) -> None:
        """Keep that an execution has begun to deploy to what these checks look at. Nobody may ever judge it: what is
        seen there from then on is not from before any release. ``account`` is the pipeline's: an action that ran in
        another one deployed to the namesake there, and this account's is as it was.

        Raises:
            ClientError, BotoCoreError: the ledger is out of reach.
        """
        for planned in checks:
            unknown = EarliestState("", planned.deployed.started).to_fact()
            stage = planned_stage(execution, planned.deployed.stage)
            here = planned.deployed.account in {"", account}
            for each in (planned, stage) if here else (stage,):
                self.ledger.merge(_target(each), unknown)

    def judged(
        self,
        execution: Subject,
        stage: str,
        checks: Iterable[PlannedCheck],
        judged: RegionVerdict,
        at: float,
        known: KnownFacts | None = None,
    ) -> None:
        """Keep what a judge's last word on a region proves; the verdict itself is in the ledger already. ``known`` is
        what the ledger has known of the release since then, for whoever has read it already.

        A verdict that cannot be kept here stands: the next rollback then goes back to an earlier proven state.
        """
        deployed = [each for each in checks if each.run and not each.unsupported and each.region == judged.region]
        try:
            self._brought(execution, stage, deployed, judged, at)
            known = KnownFacts(self.ledger.read(execution)) if known is None else known
            skipped = any(finding.skipped for finding in judged.findings)
            if judged.verdict is Verdict.PASS and stands(known, stage) and not skipped:
                self._passed(execution, stage, deployed, judged, known, at)
            else:
                self._not_passed(execution, stage, deployed)
        except AWS_ERRORS:
            logger.exception("the verdict stands, but what it proves was not kept", region=judged.region)
            count("ProofRecordFailures")

    def to_restore(self, planned: PlannedCheck, began: float = math.inf) -> StateToRestore:
        """The state to go back to. ``began`` is when the deployment that is taken back began (epoch seconds): what ran
        before the first release cannot have been read later.

        Raises:
            ClientError, BotoCoreError: the ledger is out of reach.
        """
        known = KnownFacts(self.ledger.read(_target(planned)))
        if known.proven:
            execution = known.proven.execution.rpartition("#")[2]
            origin = f"proven by execution {short_execution(execution)} on {times.day(known.proven.at)}"
            return StateToRestore(known.proven.state, origin)
        if known.before and known.before.state and known.before.at < began:
            return StateToRestore(known.before.state, "from before the first release")
        return StateToRestore()

    def strange(self, execution: Subject, planned: PlannedCheck, restored: str) -> str:
        """Why a person has to say whether to go back to ``restored``: what preflight saw just before this release is
        not that, nor has a release brought it that was judged. Empty where it is known, and where nobody saw it.

        Raises:
            ClientError, BotoCoreError: the ledger is out of reach.
        """
        preflight = KnownFacts(self.ledger.read(execution)).preflight(planned.region)
        seen = _states(preflight.judged).get(planned.subject, "") if preflight else ""
        known = KnownFacts(self.ledger.read(_target(planned)))
        proven = known.proven
        check = EVERY_CHECK[planned.kind]
        same, target = check.same_state, check.in_words(restored)
        brought = KnownFacts(self.ledger.read(TargetHistory(planned.region, planned.subject))).brought
        own = [each for each in brought if each.execution == execution.key]
        # A pipeline that deploys at once may be quicker than its preflight: that saw what the release itself brought.
        late = preflight and any(each.deployed <= preflight.at and same(seen, each.state) for each in own)
        if not preflight or not seen or late:
            return "" if proven else _unseen(known, target)
        earlier = [each for each in brought if each.execution != execution.key]
        told = any(same(seen, state) for state in (restored, *(each.state for each in earlier)))
        judged_since = any(each.at > preflight.at for each in earlier)
        if told or judged_since:
            return ""
        ran = f"just before this release {check.in_words(seen)} ran there, which no release that was judged has brought"
        return f"{ran}; a person has to say whether to go back to {target}"

    def _brought(
        self, execution: Subject, stage: str, deployed: list[PlannedCheck], judged: RegionVerdict, at: float
    ) -> None:
        states = _states(judged)
        moved_on = {(finding.kind, finding.target) for finding in judged.findings if finding.moved_on}
        for each in deployed:
            if not each.deployed.left_a_trace:
                continue  # it may name what is somebody else's
            began, state = each.deployed.started, states.get(each.subject, "")
            self._keep(planned_stage(execution, stage), BroughtState(execution.key, execution.execution, began, at))
            gone = (each.kind, each.target) in moved_on
            if gone and not state:
                continue  # what is there is something else, whatever this release had brought
            until = (each.deployed.ended or began) if gone else at
            self._keep(each, BroughtState(execution.key, state, began, until))

    def _keep(self, target: PlannedCheck, brought: BroughtState) -> None:
        self.ledger.merge(TargetHistory(target.region, target.subject), brought.to_fact())

    def _passed(
        self,
        execution: Subject,
        stage: str,
        deployed: list[PlannedCheck],
        judged: RegionVerdict,
        known: KnownFacts,
        at: float,
    ) -> None:
        """Of several judges the last one to speak sees that all are content."""
        states = _states(judged)
        began = max((each.deployed.started for each in deployed), default=0.0)
        if not passed(known, stage, judged.region, began):
            return
        for each in deployed:
            if each.subject in states:
                proven = ProvenState(states[each.subject], execution.key, each.deployed.started, at)
                self.ledger.merge(_target(each), proven.to_fact())
        succeeded = known.state_of(stage) is State.SUCCEEDED
        if succeeded and all(passed(known, stage, region) for region in _regions(known, stage)):
            ran = [each.action.run.begun for each in deployments(known) if each.action and each.stage == stage]
            whole = ProvenState(execution.execution, execution.key, max([began, *ran]), at)
            self.ledger.merge(_target(planned_stage(execution, stage)), whole.to_fact())

    def _not_passed(self, execution: Subject, stage: str, deployed: list[PlannedCheck]) -> None:
        """From then on nothing that is seen there is from before any release, unless it was seen earlier."""
        targets = [(_target(each), each.deployed.started) for each in deployed]
        if deployed:
            targets.append((_target(planned_stage(execution, stage)), min(began for _, began in targets)))
        for target, began in targets:
            self.ledger.merge(target, EarliestState("", began).to_fact())


def _unseen(known: KnownFacts, target: str) -> str:
    """Why a person has to say whether to go back to what merely ran before: an earlier preflight saw it, and any
    pipeline that names the target has one. Empty where nobody saw anything."""
    if not known.before or not known.before.state:
        return ""
    unseen = "nothing has passed there, and what ran just before this release was not seen"
    return f"{unseen}; a person has to say whether to go back to {target}"


def stands(known: KnownFacts, stage: str) -> bool:
    """Whether what a stage brought to a region may be proven: the stage has ended well, or nothing failed in it but
    deployments and gates, which are of single regions. A test that failed in it speaks against all of them.
    """
    gates = {gate for judge in known.judges.values() for gate in judge.gates}
    failed = [each for each in known.actions if (each.stage, each.run.state) == (stage, State.FAILED)]
    of_regions = all(each.category == "Deploy" or f"{stage}/{each.action}" in gates for each in failed)
    state = known.state_of(stage)
    return state is State.SUCCEEDED or (state is State.FAILED and bool(failed) and of_regions)


def passed(known: KnownFacts, stage: str, region: str, began: float = 0.0) -> bool:
    """Whether everybody who judges what a stage brought to a region has said PASS, and nobody anything else.

    ``began`` is when its deployment began, as far as the caller knows it: words from before it are of an earlier one.
    """
    runs = [each.action.run.begun for each in deployments(known) if each.action and _is_at(each, stage, region)]
    since = max([began, *runs])
    last = {said.judge: said for said in known.verdicts_on(stage, region) if said.final and said.at >= since}
    judge = known.judges.get((stage, region))
    expected = set(judge.gates) if judge else set()
    content = all(said.judged.verdict is Verdict.PASS for said in last.values())
    return bool(last) and content and expected <= last.keys()


def _is_at(deployment: DeployAction, stage: str, region: str) -> bool:
    return (deployment.stage, deployment.region) == (stage, region)


def _regions(known: KnownFacts, stage: str) -> Iterator[str]:
    return (region for deployed, region in known.judges if deployed == stage)


def _states(judged: RegionVerdict) -> dict[str, str]:
    return {name: state for finding in judged.findings for name, state in finding.baselines.items()}


def _target(planned: PlannedCheck) -> DeployTarget:
    return DeployTarget(planned.region, planned.subject)
