"""One look: from the job to the decision. Reads AWS, writes nothing."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial

from crosscheck.aws_errors import AWS_ERRORS, explain
from crosscheck.clients import Clients
from crosscheck.errors import ConfigurationError, CrosscheckError
from crosscheck.ledger.subjects import Subject
from crosscheck.pipelines.parameters import Parameters, parse_document, parse_parameters
from crosscheck.pipelines.pipeline import Pipeline, read_pipeline
from crosscheck.pipelines.runs import read_runs
from crosscheck.pipelines.scope import scope
from crosscheck.plans.current import run_current
from crosscheck.plans.plan import Plan, make_plan
from crosscheck.verification.engine import Decision, Limits, decide, preview
from crosscheck.verification.looks import look_at
from crosscheck.verification.progress import Progress
from gate_stage.job import Job, JobContext, identify, read_context

# A throttled call is better asked again; a region that stays silent is not worth the whole deadline.
UNKNOWN_LOOKS = 3
LIMITS = Limits(unknown_looks=UNKNOWN_LOOKS)
# Below the function's timeout of 60 s by what comes before (the plan) and after (ledger, card, answer).
REGION_SECONDS = 25.0


class UnreadableError(CrosscheckError):
    """The job, the plan or the pipeline cannot be read now; the text says what was refused, and where."""


@dataclass(frozen=True)
class Judgement:
    """What was looked at, and what follows from it. ``judge`` names the gate among the judges of a region."""

    subject: Subject
    plan: Plan
    decision: Decision
    dry_run: bool
    judge: str = ""


@dataclass(frozen=True)
class GateLook:
    """Looks at a stage's regions on behalf of a job. The checks of one look may take ``region_seconds``."""

    aws: Clients
    clock: Callable[[], float]
    region_seconds: float = REGION_SECONDS

    def judge(self, job: Job, progress: Progress) -> Judgement:
        """Look at every region once and decide.

        Raises:
            ConfigurationError: the user has to change something; the text says what.
            UnreadableError: the job, the plan or the pipeline cannot be read now. What cannot be read in a region is
                no error but that region's verdict.
        """
        own = Parameters(**parse_document(job.parameters, "UserParameters"))
        context = self._context(job, own)
        subject = identify(context, own, self.aws.home_region)
        pipeline = self._pipeline(subject)
        with _asking(self.aws.home_region):
            parameters = parse_parameters(job.parameters, lambda: self.aws.client("ssm"), pipeline.tags.plan)
        plan = self._plan(subject, pipeline, context, parameters)
        run = partial(run_current, beside=plan.checks, subject=subject, clients=self.aws)
        looks = look_at(plan.checks, self.region_seconds, run)
        progress = replace(progress, unread=0)
        if parameters.dry_run:
            return Judgement(subject, plan, preview(looks, progress), dry_run=True)
        decision = decide(looks, progress, LIMITS.planned(parameters), self.clock())
        return Judgement(subject, plan, decision, dry_run=False, judge=context.judge)

    def _context(self, job: Job, parameters: Parameters) -> JobContext:
        try:
            with _asking(self.aws.home_region):
                return read_context(self.aws.client("codepipeline"), job.id)
        except UnreadableError:
            if parameters.pipeline and parameters.execution:
                return JobContext()
            raise

    def _pipeline(self, subject: Subject) -> Pipeline:
        client = self.aws.client("codepipeline", subject.region)
        with _asking(subject.region):
            try:
                return read_pipeline(client, subject.pipeline, subject.region)
            except client.exceptions.PipelineNotFoundException:
                raise ConfigurationError(f"pipeline: there is no {subject.pipeline} in {subject.region}") from None

    def _plan(self, subject: Subject, pipeline: Pipeline, context: JobContext, parameters: Parameters) -> Plan:
        client = self.aws.client("codepipeline", subject.region)
        with _asking(subject.region):
            try:
                runs = read_runs(client, subject.pipeline, subject.execution)
            except client.exceptions.PipelineExecutionNotFoundException:
                text = f"execution: {subject.pipeline} has no execution {subject.execution} in {subject.region}"
                raise ConfigurationError(text) from None
        chosen = scope(pipeline.definition, context.position, parameters.stage, parameters.regions)
        return make_plan(chosen, runs, parameters.checks, pipeline.account)


@contextmanager
def _asking(region: str) -> Iterator[None]:
    """Turns AWS's errors into UnreadableError."""
    try:
        yield
    except AWS_ERRORS as error:
        raise UnreadableError(f"the pipeline cannot be read: {explain(error, region)}") from error
