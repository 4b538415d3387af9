"""The plan of a rollback that a person asked for: as in the mode ``auto``, of one region, and without a look."""

from dataclasses import dataclass, replace

from crosscheck.contracts.verdicts import Verdict
from crosscheck.ledger.known_facts import KnownFacts
from crosscheck.ledger.rollback_facts import RollbackProgress
from crosscheck.ledger.states import RollbackState
from crosscheck.ledger.subjects import Subject
from crosscheck.pipelines.pipeline import at_version, read_pipeline
from crosscheck.pipelines.scope import Position, scope
from crosscheck.plans.plan import make_plan
from crosscheck.verification.item import VerificationItem
from plan_checks.planning import Planning
from plan_checks.release.due_regions import DueRegion
from plan_checks.release.plan_inputs import FinishedStage, PlanInputs
from plan_checks.release.read import read_execution
from plan_checks.rollback_mode import Mode

OFF = "RollbackMode is off"
RETRIED = "the stage was retried since"
NOTHING = "this execution has deployed nothing there that could be taken back"
IS_ROLLBACK = "a rollback is never rolled back"


@dataclass(frozen=True)
class AskedRollback:
    """A person asked to take back what an ``attempt`` of a stage brought to a region. ``by`` is their Slack id."""

    subject: Subject
    stage: str
    region: str
    attempt: int
    by: str


class AskedRollbackPlanning(Planning):
    """Plans what people ask for. RollbackMode ``off`` is a ceiling for them as well."""

    def plan(self, asked: AskedRollback) -> list[VerificationItem]:
        """The item that takes the region back; none where it cannot be, and then the card says why.

        Raises:
            ClientError, BotoCoreError: AWS refused, or did not answer.
        """
        known = KnownFacts(self.ledger.read(asked.subject))
        if self.settings.rollback_mode is Mode.OFF:
            return self._not_begun(asked, OFF)
        if known.attempt_of(asked.stage) > asked.attempt:
            return self._not_begun(asked, RETRIED)
        client = self.clients.client("codepipeline", asked.subject.region)
        pipeline = read_pipeline(client, asked.subject.pipeline, asked.subject.region)
        execution = read_execution(client, asked.subject)
        pipeline = at_version(client, pipeline, execution.version)
        now = self.clock()
        finished = FinishedStage(asked.subject, asked.stage, succeeded=True, attempt=asked.attempt, at=now)
        situation = PlanInputs(finished, pipeline, execution, known, now, due_regions=1)
        ran = situation.ran(asked.stage, asked.region)
        if execution.is_rollback or not ran:
            return self._not_begun(asked, IS_ROLLBACK if execution.is_rollback else NOTHING)
        chosen = scope(pipeline.definition, Position(), asked.stage, [asked.region])
        begun = tuple(action for action in chosen.actions if (action.stage, action.name) in ran)
        plan = make_plan(replace(chosen, actions=begun), execution.runs, (), pipeline.account)
        item = replace(
            situation.item(DueRegion(asked.stage, asked.region, ())),
            checks=plan.checks,
            mode=Mode.AUTO.value,
            gate_verdict=Verdict.FAIL.value,
            deployed_regions=situation.regions(asked.stage),
            asked_by=asked.by,
        )
        return [item]

    def _not_begun(self, asked: AskedRollback, why: str) -> list[VerificationItem]:
        now = self.clock()
        progress = RollbackProgress(
            asked.stage, asked.region, asked.attempt, RollbackState.MOVED_ON, why, now, by=asked.by
        )
        self.ledger.merge(asked.subject, progress.to_fact())
        self.cards.changed(asked.subject, f"rollback {asked.stage} {asked.region} not begun {now}")
        return []
