"""One look: from the job to the decision. Reads AWS, writes nothing."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

from aws_lambda_powertools import Logger

from crosscheck.clients import Clients
from crosscheck.contracts.verdicts import RegionVerdict
from crosscheck.ledger.decision_facts import SkippedCheck
from crosscheck.ledger.known_facts import KnownFacts
from crosscheck.ledger.table import Ledger
from crosscheck.pipelines.parameters import Parameters, parse_parameters
from crosscheck.pipelines.runs import read_runs
from crosscheck.pipelines.scope import scope
from crosscheck.plans.current import run_current
from crosscheck.plans.plan import Plan, make_plan
from crosscheck.time_limits import within
from crosscheck.verification.engine import Decision, Limits, decide, preview
from crosscheck.verification.looks import look_at
from crosscheck.verification.progress import Progress
from crosscheck.verification.skips import honour, read_skips
from crosscheck.verification.taken_back import read_rollbacks, still_standing, with_rollbacks
from gate_stage.identity import ProvenGate, asking, prove
from gate_stage.job import Job

logger = Logger(child=True)

# A throttled call is better asked again; a region that stays silent is not worth the whole deadline.
UNKNOWN_LOOKS = 3
LIMITS = Limits(unknown_looks=UNKNOWN_LOOKS)
# Below the function's timeout of 60 s by what comes before (the plan) and after (ledger, card, answer).
REGION_SECONDS = 25.0
LEDGER_SECONDS = 3.0


@dataclass(frozen=True)
class Judgement:
    """What a gate looked at, and what follows from it. ``told`` is what the ledger learns of each region: where all was
    taken back that the gate had failed, why it had."""

    gate: ProvenGate
    plan: Plan
    decision: Decision
    told: tuple[RegionVerdict, ...]
    dry_run: bool


@dataclass(frozen=True)
class GateLook:
    """Looks at a stage's regions on behalf of a job. The checks of one look may take ``region_seconds``. ``ledger``
    tells what people skipped, and what was taken back."""

    aws: Clients
    clock: Callable[[], float]
    region_seconds: float = REGION_SECONDS
    ledger: Ledger | None = None

    def prove(self, job: Job) -> ProvenGate:
        """Which gate the job is; errors as in ``gate_stage.identity``."""
        return prove(self.aws, job)

    def judge(self, job: Job, gate: ProvenGate, progress: Progress) -> Judgement:
        """Look at every region once and decide.

        Raises:
            ConfigurationError: the user has to change something; the text says what.
            UnreadableError: the plan or the pipeline cannot be read now. What cannot be read in a region is no error
                but that region's verdict.
        """
        with asking(self.aws.home_region):
            tagged = gate.pipeline.tags.plan
            parameters = parse_parameters(job.parameters, lambda: self.aws.client("ssm"), tagged)
        plan = self._plan(gate, parameters)
        run = partial(run_current, beside=plan.checks, subject=gate.subject, clients=self.aws)
        looks = look_at(plan.checks, self.region_seconds, run)
        looks = honour(looks, plan.stage, self._skips(gate, progress))
        moved_on = any(look.finding.moved_on for look in looks)
        known = self._rollbacks(gate) if moved_on else KnownFacts({})
        looks = with_rollbacks(looks, plan.checks, plan.stage, known)
        progress = replace(progress, unread=0)
        if parameters.dry_run:
            return Judgement(gate, plan, preview(looks, progress), (), dry_run=True)
        decision = decide(looks, progress, LIMITS.planned(parameters), self.clock())
        standing = still_standing(looks, plan.checks, plan.stage, gate.name, known)
        told = tuple(standing.get(each.region, each) for each in decision.regions)
        return Judgement(gate, plan, decision, told, dry_run=False)

    def _skips(self, gate: ProvenGate, progress: Progress) -> tuple[SkippedCheck, ...]:
        """The checks that people skipped."""
        return self._asked(lambda ledger: read_skips(ledger, gate.subject, progress.since), ())

    def _rollbacks(self, gate: ProvenGate) -> KnownFacts:
        """What became of taking back what the execution brought."""
        return self._asked(lambda ledger: read_rollbacks(ledger, gate.subject), KnownFacts({}))

    def _asked[T](self, ask: Callable[[Ledger], T], unknown: T) -> T:
        """What the ledger says. One that is out of reach must not decide over a release: then it is ``unknown``."""
        if self.ledger is None:
            return unknown
        try:
            return within(LEDGER_SECONDS, partial(ask, self.ledger))
        except Exception:
            logger.exception("what people skipped, or what was taken back, is not known in this look")
            return unknown

    def _plan(self, gate: ProvenGate, parameters: Parameters) -> Plan:
        subject, pipeline = gate.subject, gate.pipeline
        client = self.aws.client("codepipeline", subject.region)
        with asking(subject.region):
            runs = read_runs(client, subject.pipeline, subject.execution)
        chosen = scope(pipeline.definition, gate.position, parameters.stage, parameters.regions)
        return make_plan(chosen, runs, parameters.checks, pipeline.account)
