"""The plan of a stage that has finished: what is judged now, region by region, and what may follow."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace

from crosscheck.contracts.check import PlannedCheck
from crosscheck.contracts.verdicts import Verdict
from crosscheck.errors import ConfigurationError
from crosscheck.ledger.known_facts import KnownFacts
from crosscheck.ledger.verdict_facts import PlanProblem, RegionJudge
from crosscheck.pipelines.gates import UNREAD, invocations
from crosscheck.pipelines.parameters import Parameters, parse_parameters
from crosscheck.pipelines.pipeline import Pipeline, at_version, read_pipeline
from crosscheck.pipelines.scope import Position, Scope, scope
from crosscheck.plans.plan import Plan, make_plan
from crosscheck.releases.proven import ProvenStates
from crosscheck.verification.item import VerificationItem
from plan_checks.planning import Planning
from plan_checks.release.due_regions import DueRegion, due_regions, judges_of
from plan_checks.release.gate_verdicts import gates_verdict
from plan_checks.release.limits import LEAST, longest_wait
from plan_checks.release.plan_inputs import FinishedStage, PlanInputs
from plan_checks.release.read import (
    Runs,
    may_go_back,
    read_execution,
    read_gates,
    retried_by_itself,
)
from plan_checks.rollback_mode import RETRY, Mode, is_to_go_back, rollback_mode, without_lift

# It holds a region until something happens; once a stage has deployed there is nothing left to hold.
WINDOW = "window"
IGNORED = "not verified: the pipeline is tagged crosscheck:ignore"

# Step Functions carries 256 KiB from one state to the next, and cannot catch that it was more; beside the plan it
# carries what became of each region. https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html
MOST_KIB = 192


class ReleasePlanning(Planning):
    """Plans what follows from a finished stage."""

    def plan(self, finished: FinishedStage) -> list[VerificationItem]:
        """An item for each region that is to be judged now, sorted; none where a gate's turn is still to come,
        where the stage was retried since, and where it is none of the pipeline's.

        Raises:
            ClientError, BotoCoreError: AWS refused, or did not answer.
        """
        client = self.clients.client("codepipeline", finished.subject.region)
        pipeline = read_pipeline(client, finished.subject.pipeline, finished.subject.region)
        if finished.succeeded and not self._matters(pipeline, finished.stage):
            return []
        execution = read_execution(client, finished.subject)
        pipeline = at_version(client, pipeline, execution.version)
        gates = read_gates(self.clients, pipeline, execution, self.settings.gate_function)
        found = due_regions(
            pipeline.definition,
            gates,
            finished.stage,
            succeeded=finished.succeeded,
            alone=execution.is_rollback,
        )
        known = KnownFacts(self.ledger.read(finished.subject))
        if known.attempt_of(finished.stage) > finished.attempt:
            return []  # it was retried since: its end will ask again
        judges = tuple(judges_of(pipeline.definition, gates, alone=execution.is_rollback))
        if not found:
            self._record(judges, (), finished, known)
            return []
        situation = PlanInputs(finished, pipeline, execution, known, self.clock(), due_regions=len(found))
        if not finished.succeeded:
            stage = pipeline.definition.stage(finished.stage)
            retried = stage.on_failure == RETRY and retried_by_itself(client, finished.subject, stage.name)
            asked = is_to_go_back(stage, execution.statuses(stage.name))
            goes_back = asked and may_go_back(client, finished.subject.pipeline, stage.name)
            situation = replace(situation, retried=retried, goes_back=goes_back)
        items = self._items(found, situation)
        if problem := _size_problem(items):
            items = self._items(found, replace(situation, problem=problem))
        self._record(judges, items, finished, known)
        return items

    def _record(
        self,
        judges: Sequence[RegionJudge],
        items: Sequence[VerificationItem],
        finished: FinishedStage,
        known: KnownFacts,
    ) -> None:
        """The fan-out takes over from gates that have no turn any more, until a retry of the stage gives them one. What
        it would take back by itself is known before it has looked: the card does not send a person there meanwhile."""
        taken_over = {(item.stage, item.region) for item in items if not item.gate_verdict}
        due = {(item.stage, item.region) for item in items if item.mode == Mode.AUTO and not item.left_to_codepipeline}
        for judge in judges:
            place = (judge.stage, judge.region)
            decided = judge
            if place in taken_over:
                decided = replace(judge, gates=(), without_turn=judge.gates)
            elif judge.stage != finished.stage:
                decided = known.judges.get(place, judge)
            decided = replace(decided, takes_back_attempt=finished.attempt if place in due else 0)
            planned = place in taken_over | due or judge.stage == finished.stage
            if planned and known.judges.get(place) != decided:
                self.ledger.merge(finished.subject, decided.to_fact(self.clock()))
        if due and not finished.succeeded:
            self.cards.changed(finished.subject, f"rollback due {finished.stage} {finished.attempt}")

    def _items(self, found: Sequence[DueRegion], situation: PlanInputs) -> list[VerificationItem]:
        return [item for each in found if (item := self._item(each, situation))]

    def _matters(self, pipeline: Pipeline, finished: str) -> bool:
        """Whether anything can be due when this stage has ended well: most stages neither deploy nor prove. One that
        fails may take the turn of a gate behind it. Of one that is not defined any more nobody knows yet."""
        stages = [stage for stage in pipeline.definition.stages if stage.name == finished]
        return not stages or any(
            stage.deploy_actions or any(True for _ in invocations(stage, self.settings.gate_function))
            for stage in stages
        )

    def _item(self, each: DueRegion, situation: PlanInputs) -> VerificationItem | None:
        """None where nothing new is in the region, or its gates are content with it."""
        ran = situation.ran(each.stage, each.region)
        if not ran or situation.taken_back(each, ran):
            return None
        judged = gates_verdict(
            situation.known, each.stage, each.region, situation.turns(each), situation.turns_over(each)
        )
        if situation.pipeline.tags.ignore:
            # Whoever wants a pipeline to be left alone reads so on its card, and that nothing is proven.
            return None if judged else replace(situation.item(each), checks=(_gap(each.region, IGNORED),))
        if judged not in {None, Verdict.FAIL}:
            self._prove(each, situation)
            return None
        parameters, problem = self._parameters(each, situation.pipeline)
        limits = LEAST.planned(parameters)
        chosen = scope(situation.pipeline.definition, Position(), each.stage, [each.region])
        # Of a region's actions, those after the one that failed have never started: nothing to look at there.
        begun = tuple(action for action in chosen.actions if (action.stage, action.name) in ran)
        runs = situation.execution.runs
        plan = _plan(replace(chosen, actions=begun), runs, parameters, problem or situation.problem, situation.pipeline)
        return replace(
            situation.item(each),
            checks=tuple(check for check in plan.checks if check.kind != WINDOW),
            limits=limits,
            longest_wait=longest_wait(limits, situation.due_regions),
            mode=self._mode(each, parameters, situation).value,
            left_to_codepipeline=situation.left(each.stage),
            gate_verdict=judged.value if judged else "",
            deployed_regions=situation.regions(each.stage),
        )

    def _prove(self, each: DueRegion, situation: PlanInputs) -> None:
        """A gate in the stage that deployed spoke before anybody knew whether the stage would end well."""
        pipeline, finished = situation.pipeline, situation.finished
        chosen = scope(pipeline.definition, Position(), each.stage, [each.region])
        checks = make_plan(chosen, situation.execution.runs, (), pipeline.account).checks
        states = ProvenStates(self.ledger)
        for said in situation.known.verdicts_on(each.stage, each.region):
            if said.judge and said.final:
                states.judged(finished.subject, each.stage, checks, said.judged, said.at, situation.known)

    def _parameters(self, each: DueRegion, pipeline: Pipeline) -> tuple[Parameters, str]:
        """The parameters of the region's gates, else of the pipeline's own plan, and what is wrong with that plan."""
        for gate in (*each.judges, *each.gates):
            return gate.parameters, ""
        try:
            return parse_parameters("", lambda: self.clients.client("ssm"), pipeline.tags.plan), ""
        except ConfigurationError as error:
            return UNREAD, str(error)

    def _mode(self, each: DueRegion, parameters: Parameters, situation: PlanInputs) -> Mode:
        ceiling = self.settings.rollback_mode
        mode = rollback_mode(
            ceiling=ceiling,
            tag=situation.pipeline.tags.rollback,
            gates=tuple(gate.parameters.rollback for gate in each.judges) or (parameters.rollback,),
            dry_run=parameters.dry_run,
            is_rollback=situation.execution.is_rollback,
            age=situation.now - situation.finished.at,
        )
        if self.settings.plans_may_roll_back:
            return mode
        harmful = parameters.may_fail_a_region or any(gate.may_fail_a_region for gate in each.judges)
        return without_lift(mode, ceiling, may_fail_a_region=harmful)


def _plan(chosen: Scope, runs: Runs, parameters: Parameters, problem: str, pipeline: Pipeline) -> Plan:
    """The plan; where what was added to it is wrong, the derived checks and a gap that says so."""
    entries: Sequence[Mapping[str, object]] = parameters.checks
    if not problem:
        try:
            return make_plan(chosen, runs, entries, pipeline.account)
        except ConfigurationError as error:
            problem = str(error)
    derived = make_plan(chosen, runs, (), pipeline.account)
    gaps = (_gap(region, problem) for region in chosen.regions)
    return Plan(derived.stage, (*derived.checks, *gaps))


def _gap(region: str, why: str) -> PlannedCheck:
    return PlannedCheck(PlanProblem.name, region, {}, unsupported=why)


def _size_problem(items: Sequence[VerificationItem]) -> str:
    """What is wrong with a plan that is too large, empty where nothing is."""
    size = len(json.dumps([item.to_json() for item in items])) // 1024
    if size <= MOST_KIB:
        return ""
    return (
        f"the plan's checks make {size} KiB for {len(items)} regions, and Step Functions carries {MOST_KIB}: "
        "name the regions in which each check is needed, or ask for fewer"
    )
