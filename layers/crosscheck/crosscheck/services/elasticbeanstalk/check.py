"""The check ``elasticbeanstalk-environment``: an environment runs the intended version, and is healthy."""

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from functools import partial

from crosscheck.clients import Clients
from crosscheck.contracts.check import Check, Outcome, PlannedCheck, gave_way
from crosscheck.contracts.parameters import text
from crosscheck.contracts.service import DeployProvider
from crosscheck.contracts.verdicts import Finding, Verdict
from crosscheck.pipelines.definition import PipelineDefinition
from crosscheck.pipelines.runs import ActionRun
from crosscheck.services.elasticbeanstalk.environment import (
    ABORTED,
    ApplicationVersion,
    Environment,
    EnvironmentReader,
    labelled_at,
)
from crosscheck.text import shortened

# CodePipeline makes the version as soon as its action starts.
LABEL_SECONDS = 120.0

STATUSES = {
    "Launching": Verdict.PENDING,
    "Updating": Verdict.PENDING,
    "Aborting": Verdict.PENDING,
    "LinkingFrom": Verdict.PENDING,
    "LinkingTo": Verdict.PENDING,
    "Terminating": Verdict.FAIL,
    "Terminated": Verdict.FAIL,
}
# https://docs.aws.amazon.com/elasticbeanstalk/latest/dg/health-enhanced-status.html
CONDITIONS = {
    "Red": Verdict.FAIL,
    "Degraded": Verdict.FAIL,
    "Severe": Verdict.FAIL,
    "Yellow": Verdict.PENDING,
    "Warning": Verdict.PENDING,
    "Pending": Verdict.PENDING,
}


@dataclass(frozen=True)
class ElasticBeanstalkEnvironment(Check):
    """Looks at the status first, then at the version, then at the health.

    A check that was asked for without ``version`` proves the state of whatever runs; one that follows from a deploy
    action has to find the version that the action made. The proof of a rollback also has the parameter ``undoes``, the
    version that is taken back, which no plan gives.
    """

    clock: Callable[[], float] = time.time

    kind = "elasticbeanstalk-environment"
    permissions = frozenset(
        {
            "elasticbeanstalk:DescribeApplicationVersions",
            "elasticbeanstalk:DescribeEnvironments",
            "elasticbeanstalk:DescribeEvents",
        }
    )
    parameters = {
        "application": text(100, needed=True),
        "environment": text(40, needed=True),
        "version": text(100),
    }

    def preflight(self, definition: PipelineDefinition) -> Iterable[PlannedCheck]:
        """What the environments run, for rollback."""
        return ElasticBeanstalkDeploy().baselines(definition)

    def same_state(self, one: str, other: str) -> bool:
        """A baseline is when an environment was seen to be healthy with a version, and the version's label."""
        return self.in_words(one) == self.in_words(other)

    def in_words(self, state: str) -> str:
        """The version's label."""
        return state.partition(" ")[2]

    def run(self, planned: PlannedCheck, aws: Clients) -> Finding:
        """Look once. A version is a baseline if the environment is healthy with it, or if the action made it; the time
        tells what came since."""
        reader = EnvironmentReader(planned, aws)
        environment = reader.environment()
        if environment is None:
            return planned.finding(Verdict.FAIL, f"{reader.name}: there is no such environment")
        version = reader.version(environment.label) if planned.run else None
        outcome = _judged(reader, planned, environment, version)
        values = {"version": environment.label, "status": environment.status, "health": environment.condition}
        found = planned.finding(outcome.verdict, f"{reader.name}: {outcome.reason}", values)
        known = brought(planned.run, environment.label, version) if planned.run else environment.healthy
        baselines = {planned.subject: f"{self.clock():.0f} {environment.label}"} if known and environment.label else {}
        return replace(found, moved_on=outcome.moved_on, baselines=baselines)


class ElasticBeanstalkDeploy(DeployProvider):
    """https://docs.aws.amazon.com/codepipeline/latest/userguide/action-reference-Beanstalk.html"""

    name = "ElasticBeanstalk"
    check = ElasticBeanstalkEnvironment.kind
    keys = {"application": "ApplicationName", "environment": "EnvironmentName"}


def brought(run: ActionRun, label: str, version: ApplicationVersion | None) -> bool:
    """Whether a version is the one that a deploy action made.

    Its source bundle is the action's input artifact; where CodePipeline has copied that, its label tells when it was
    made, unless the action may have made none: somebody else may deploy at the same time.
    AWS documents neither: https://docs.aws.amazon.com/codepipeline/latest/userguide/action-reference-Beanstalk.html
    """
    if version and version.bundle in run.inputs.values():
        return True
    at = labelled_at(label) if run.left_a_trace else None
    return at is not None and run.started <= at <= run.started + LABEL_SECONDS and not run.ended_before(at)


def _judged(
    reader: EnvironmentReader, planned: PlannedCheck, environment: Environment, version: ApplicationVersion | None
) -> Outcome:
    """What the environment's state says, unless it is that of a later version."""
    status = Outcome(
        STATUSES.get(environment.status, Verdict.INCONCLUSIVE), f"is {environment.status or 'of no status'}"
    )
    if not environment.ready and status.verdict is not Verdict.PENDING:
        return status
    wanted = planned.parameters.get("version")
    if environment.ready and wanted and wanted != environment.label:
        ours = planned.parameters.get("undoes", environment.label) == environment.label
        outcome = partial(Outcome, Verdict.FAIL) if ours else gave_way
        return outcome(f"runs version {environment.label}, not {wanted}")
    another = _another_version(reader, planned.run, environment, version) if planned.run else None
    if not environment.ready:
        return another if another and another.moved_on else status
    return another or _health(environment)


def _another_version(
    reader: EnvironmentReader, run: ActionRun, environment: Environment, version: ApplicationVersion | None
) -> Outcome | None:
    """Why the environment has a version that the action, which succeeded, did not make; None where it made that."""
    if brought(run, environment.label, version):
        return None
    prefix = f"runs version {environment.label}, not the one that this execution deployed"
    if version is None:
        return Outcome(Verdict.INCONCLUSIVE, f"{prefix}; that version does not exist any more")
    if version.created >= run.started:
        return gave_way(f"{prefix}: it was made later")
    events = reader.events(run.started)
    if any(event.message == ABORTED for event in events):
        return Outcome(Verdict.FAIL, f"{prefix}: the update was aborted")
    for event in events:
        if event.severity in {"ERROR", "FATAL"}:
            return Outcome(Verdict.FAIL, f"{prefix}: {shortened(event.message)}")
    return Outcome(Verdict.INCONCLUSIVE, f"{prefix}; its events do not say why")


def _health(environment: Environment) -> Outcome:
    reason = f"runs version {environment.label}, health {environment.condition or 'unknown'}"
    if environment.healthy:
        return Outcome(Verdict.PASS, reason)
    seen = [CONDITIONS[each] for each in (environment.health, environment.colour) if each in CONDITIONS]
    return Outcome(Verdict.FAIL if Verdict.FAIL in seen else seen[0] if seen else Verdict.INCONCLUSIVE, reason)
