"""A stage that has finished, and what is read for the plan that follows from it."""

from collections.abc import Mapping
from dataclasses import dataclass

from crosscheck.ledger.known_facts import KnownFacts
from crosscheck.ledger.subjects import Subject
from crosscheck.pipelines.gates import rule_gate
from crosscheck.pipelines.pipeline import Pipeline
from crosscheck.verification.item import Purpose, VerificationItem
from crosscheck.verification.taken_back import own_rollback
from plan_checks.release.due_regions import DueRegion
from plan_checks.release.read import Execution, Runs
from plan_checks.rollback_mode import left_to_codepipeline


@dataclass(frozen=True)
class FinishedStage:
    """A stage that finished. ``at`` is when, in epoch seconds; ``attempt`` counts the stage's retries from 1."""

    subject: Subject
    stage: str
    succeeded: bool
    attempt: int
    at: float


@dataclass(frozen=True)
class PlanInputs:
    """Everything that was read for one plan; ``problem`` is why nothing that was added to it is looked at.

    Of a stage that failed, ``retried`` says that CodePipeline has retried it by itself, and ``goes_back`` that it takes
    it back by itself.
    """

    finished: FinishedStage
    pipeline: Pipeline
    execution: Execution
    known: KnownFacts
    now: float
    due_regions: int
    retried: bool = False
    goes_back: bool = False
    problem: str = ""

    def item(self, each: DueRegion) -> VerificationItem:
        """The item of a region, without what is looked at; its limits are those of a single look."""
        finished = self.finished
        return VerificationItem(
            Purpose.STAGE, finished.subject, each.region, self.now, stage=each.stage, attempt=finished.attempt
        )

    def ran(self, stage: str, region: str) -> Runs:
        """The deploy actions of a region that the execution has run."""
        actions = self.pipeline.definition.stage(stage).deploy_actions
        places = [(action.stage, action.name) for action in actions if action.region == region]
        return {place: self.execution.runs[place] for place in places if place in self.execution.runs}

    def taken_back(self, each: DueRegion, ran: Runs) -> bool:
        """Whether an earlier attempt's rollback has replaced what these runs brought.

        A retry may repeat the actions alone that failed. Where those of a region had succeeded, there is nothing new to
        judge, and what became of the region stands.
        """
        rollback = self.known.rollback(each.stage, each.region)
        if rollback is None or rollback.attempt >= self.finished.attempt:
            return False
        return all(own_rollback(self.known, each.stage, each.region, run) for run in ran.values())

    def turns(self, each: DueRegion) -> Mapping[str, float]:
        """Since when each gate's word counts, by its name among the judges: its own last run, as far as that is known,
        and never before the latest deployment to the region."""
        deployed = max(run.started for run in self.ran(each.stage, each.region).values())
        began = {place: run.started for place, run in self.execution.runs.items()}
        return {
            f"{gate.stands}/{gate.name}": max(deployed, began.get((gate.stands, gate.name), deployed))
            for gate in each.judges
        }

    def turns_over(self, each: DueRegion) -> frozenset[str]:
        """The gates whose turn is over, by their names among the judges. Where the stage failed, those behind it will
        have none; where it succeeded, a rule that looks at its failure has none."""
        stages = self.pipeline.definition.stages
        order = [stage.name for stage in stages]
        reached = order.index(self.finished.stage) if self.finished.succeeded else len(order)
        over = {f"{gate.stands}/{gate.name}" for gate in each.judges if order.index(gate.stands) <= reached}
        failures = {
            f"{stage.name}/{rule_gate(rule.name)}" for stage in stages for rule in stage.rules if rule.on_failure
        }
        return frozenset(over - failures if self.finished.succeeded else over)

    def regions(self, stage: str) -> tuple[str, ...]:
        """The regions that the execution has deployed to in a stage, sorted."""
        actions = self.pipeline.definition.stage(stage).deploy_actions
        return tuple(sorted({each.region for each in actions if (each.stage, each.name) in self.execution.runs}))

    def left(self, stage: str) -> str:
        """Why CodePipeline itself deals with a failure of the stage, or of the one that finished."""
        if self.finished.succeeded:
            return ""
        definition = self.pipeline.definition
        deployed, finished = definition.stage(stage), definition.stage(self.finished.stage)
        return left_to_codepipeline(deployed, finished, retried=self.retried, goes_back=self.goes_back)
