"""The plan of an execution that has started: what would break it in some region."""

from collections.abc import Iterable

from crosscheck.errors import ConfigurationError
from crosscheck.ledger.known_facts import KnownFacts
from crosscheck.ledger.subjects import Subject
from crosscheck.ledger.verdict_facts import EarlierRemarks, IgnoredRelease, PlanProblem
from crosscheck.pipelines.parameters import Tags, parse_parameters
from crosscheck.pipelines.pipeline import Pipeline, read_pipeline
from crosscheck.pipelines.scope import Position, scope
from crosscheck.plans.current import checks_begun
from crosscheck.plans.plan import make_plan, plan_preflight
from crosscheck.releases.preflight import concerns_of
from crosscheck.releases.proven import ProvenStates
from crosscheck.verification.item import Purpose, VerificationItem
from plan_checks.planning import Planning
from plan_checks.release.due_regions import judges_of
from plan_checks.release.read import executions_before, read_execution, read_gates
from plan_checks.rollback_mode import Mode


class PreflightPlanning(Planning):
    """Plans what is looked at before anything is deployed."""

    def plan(self, subject: Subject) -> list[VerificationItem]:
        """An item for each region that the pipeline touches, sorted. Who will judge each region is a fact, and so
        is what is wrong with the pipeline's own plan."""
        client, now = self.clients.client("codepipeline", subject.region), self.clock()
        pipeline = read_pipeline(client, subject.pipeline, subject.region)
        execution = read_execution(client, subject)
        gates = read_gates(self.clients, pipeline, execution, self.settings.gate_function)
        for judge in judges_of(pipeline.definition, gates, alone=execution.is_rollback):
            self.ledger.merge(subject, judge.to_fact(now))
        if pipeline.tags.ignore:
            self.ledger.merge(subject, IgnoredRelease().to_fact(now))
            return []
        before = executions_before(client, subject)
        self._begun(before, pipeline.account)
        if earlier := self._earlier_remarks(before):
            self.ledger.merge(subject, EarlierRemarks(earlier).to_fact(now))
        if problem := self._problem(pipeline):
            self.ledger.merge(subject, PlanProblem(problem).to_fact(now))
            self.cards.changed(subject, f"plan {now}")
        checks = plan_preflight(pipeline.definition)
        return [
            VerificationItem(
                purpose=Purpose.PREFLIGHT,
                subject=subject,
                region=region,
                since=now,
                checks=tuple(check for check in checks if check.region == region),
                account=pipeline.account,
            )
            for region in sorted({check.region for check in checks})
        ]

    def _begun(self, executions: Iterable[Subject], account: str) -> None:
        """An execution before this one that was stopped, or superseded, has deployed what nobody judged. What one
        deployed that was to be ignored is no release's: it is what ran before the next one, as if a person had."""
        for each in executions:
            known = KnownFacts(self.ledger.read(each))
            if known.records and not known.ignored:
                ProvenStates(self.ledger).begun(each, checks_begun(each, self.clients), account)

    def _earlier_remarks(self, executions: Iterable[Subject]) -> tuple[str, ...]:
        """What the card of the latest of these executions remarked, among those that were looked at."""
        for each in executions:
            known = KnownFacts(self.ledger.read(each))
            if known.preflights:
                return tuple(concern.text for concern in concerns_of(known) if not concern.severe)
        return ()

    def _problem(self, pipeline: Pipeline) -> str:
        """What is wrong with what the tags say, empty where nothing is."""
        try:
            return _wrong_mode(pipeline.tags) or self._wrong_plan(pipeline)
        except ConfigurationError as error:
            return str(error)

    def _wrong_plan(self, pipeline: Pipeline) -> str:
        """The plan is read as every stage that deploys will read it.

        Raises:
            ConfigurationError: with the key that is wrong.
        """
        parameters = parse_parameters("", lambda: self.clients.client("ssm"), pipeline.tags.plan)
        for stage in pipeline.definition.stages:
            if stage.deploy_actions and parameters.checks:
                make_plan(scope(pipeline.definition, Position(), stage.name, ()), {}, parameters.checks)
        return ""


def _wrong_mode(tags: Tags) -> str:
    if tags.rollback and tags.rollback not in Mode:
        return 'the tag crosscheck:rollback must be "off", "suggest" or "auto"; until then a rollback is only suggested'
    return ""
