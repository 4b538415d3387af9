"""Which gate a job is: it counts only if the definition of the pipeline that it judges holds it.

A job of a stage condition's rule does not say whose it is. What its UserParameters name is believed only if a rule
with the same parameters runs in that execution at this moment.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from crosscheck.aws_errors import AWS_ERRORS, explain
from crosscheck.clients import Clients
from crosscheck.errors import ConfigurationError, CrosscheckError
from crosscheck.ledger.subjects import Subject
from crosscheck.pipelines.gates import invocations, invokes, rule_gate
from crosscheck.pipelines.parameters import Parameters, parse_document
from crosscheck.pipelines.pipeline import Pipeline, at_version, read_pipeline
from crosscheck.pipelines.runs import running_rules
from crosscheck.pipelines.scope import Position
from gate_stage.job import Job

if TYPE_CHECKING:
    from mypy_boto3_codepipeline import CodePipelineClient


class UnreadableError(CrosscheckError):
    """The job, the plan or the pipeline cannot be read now; the text says what was refused, and where."""


@dataclass(frozen=True)
class ProvenGate:
    """A gate of ``pipeline``, which has the definition that the execution ``subject`` runs with.

    ``name`` is its name among the judges of a region: ``<stage>/<action>`` or ``<stage>/rule <rule>``. It is never
    empty: the judge without a name is the fan-out. ``position`` is that of an action; a rule, which may stand before or
    after its stage's actions, has to say itself what it verifies. ``began`` is when a rule began to run (epoch
    seconds): nothing was observed for it before. It is 0 for an action, whose token is its own.
    """

    subject: Subject
    pipeline: Pipeline
    position: Position
    name: str
    began: float = 0.0

    @property
    def key(self) -> str:
        """What no other gate has, and no other execution of it."""
        return f"{self.subject.key} {self.name}"


def prove(aws: Clients, job: Job) -> ProvenGate:
    """The gate that the job is; its name is one that ``pipelines/gates.py`` finds in the definition.

    Raises:
        ConfigurationError: it is none; the text says what the user has to change.
        UnreadableError: that cannot be known now.
    """
    own = Parameters(**parse_document(job.parameters, "UserParameters"))
    subject = Subject(
        region=job.region or aws.home_region,
        pipeline=_agreed("pipeline", job.pipeline, own.pipeline, "the pipeline's name"),
        execution=_agreed("execution", job.execution, own.execution, "#{codepipeline.PipelineExecutionId}"),
    )
    client = aws.client("codepipeline", subject.region)
    with asking(subject.region):
        pipeline = _pipeline(client, subject)
        named = job.position.stage and job.position.action
        position, began = (job.position, 0.0) if named else _running_rule(client, subject, job)
    held = {
        gate.name: gate.action
        for stage in pipeline.definition.stages
        for gate in invocations(stage, job.function)
        if stage.name == position.stage
    }
    for name in (position.action, rule_gate(position.action)):
        if name in held:
            stands = position if held[name] else Position()
            return ProvenGate(subject, pipeline, stands, f"{position.stage}/{name}", began)
    raise ConfigurationError(
        f"stage {position.stage} of {subject.pipeline} has no action or rule {position.action} that invokes the gate, "
        f"as execution {subject.execution} runs it"
    )


@contextmanager
def asking(region: str) -> Iterator[None]:
    """Turns AWS's errors into UnreadableError."""
    try:
        yield
    except AWS_ERRORS as error:
        raise UnreadableError(f"the pipeline cannot be read: {explain(error, region)}") from error


def _agreed(key: str, actual: str, given: str, remedy: str) -> str:
    if actual and given and actual != given:
        raise ConfigurationError(
            f"{key}: UserParameters name {given}, but the job belongs to {actual}; leave the key out, or pass {remedy}"
        )
    if not actual and not given:
        raise ConfigurationError(
            f"{key}: CodePipeline does not say it; pass {remedy} in UserParameters, which may have 1,000 characters"
        )
    return actual or given


def _pipeline(client: CodePipelineClient, subject: Subject) -> Pipeline:
    name, execution, region = subject.pipeline, subject.execution, subject.region
    try:
        pipeline = read_pipeline(client, name, region)
        told = client.get_pipeline_execution(pipelineName=name, pipelineExecutionId=execution)
    except client.exceptions.PipelineNotFoundException:
        raise ConfigurationError(f"pipeline: there is no {name} in {region}") from None
    except client.exceptions.PipelineExecutionNotFoundException:
        raise ConfigurationError(f"execution: {name} has no execution {execution} in {region}") from None
    return at_version(client, pipeline, told["pipelineExecution"].get("pipelineVersion", 0))


def _running_rule(client: CodePipelineClient, subject: Subject, job: Job) -> tuple[Position, float]:
    """Where the rule stands that the job is, with the rule's name in place of an action's, and since when it runs."""
    wanted = parse_document(job.parameters, "UserParameters")
    for rule in running_rules(client, subject.pipeline, subject.execution):
        if invokes(rule.configuration, job.function) and _same(rule.configuration.get("UserParameters", ""), wanted):
            return Position(rule.stage, rule.name), rule.started
    raise UnreadableError(
        f"no rule of {subject.pipeline} with these UserParameters runs in execution {subject.execution}, so this is "
        "none of its gates"
    )


def _same(text: str, wanted: object) -> bool:
    try:
        return parse_document(text, "UserParameters") == wanted
    except ConfigurationError:
        return False
