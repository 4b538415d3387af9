"""The way back of an Elastic Beanstalk environment: it is given again the version that it ran, healthy, before."""

from dataclasses import dataclass, replace

from crosscheck.clients import Clients
from crosscheck.contracts.check import PlannedCheck
from crosscheck.contracts.rollback import Feasibility, Rollback, RollbackProposal, RollbackStarted
from crosscheck.services.elasticbeanstalk.check import brought
from crosscheck.services.elasticbeanstalk.environment import READY, STARTING, UPDATING, Environment, EnvironmentReader


@dataclass(frozen=True)
class EnvironmentProposal(RollbackProposal):
    """``before`` is the label of the version to go back to; ``updating`` says that ours is still being brought."""

    before: str = ""
    updating: bool = False


class ElasticBeanstalkRollback(Rollback[PlannedCheck, EnvironmentProposal]):
    """Compares the environment with what this execution put there.

    Elastic Beanstalk updates a Ready environment only, so that nothing else is brought at the same time.
    """

    permissions = frozenset({"elasticbeanstalk:AbortEnvironmentUpdate", "elasticbeanstalk:UpdateEnvironment"})

    def propose(self, target: PlannedCheck, baseline: str, aws: Clients) -> EnvironmentProposal:
        """Read the environment. The baseline is when it was seen before, and the label of the version that it ran."""
        reader = EnvironmentReader(target, aws)
        environment = reader.environment()
        if environment is None:
            return EnvironmentProposal(Feasibility.SUPERSEDED, f"{reader.name}: there is no such environment any more")
        seen, _, before = baseline.partition(" ")
        if environment.label == before:
            return _returned(reader, target, environment, before)
        return _compared(reader, target, environment, seen, before)

    def act(self, target: PlannedCheck, proposal: EnvironmentProposal, aws: Clients) -> RollbackStarted:
        """Deploy the version before once more; where ours is still being brought, abort that, which does the same."""
        client, name = aws.client("elasticbeanstalk", target.region), target.parameters["environment"]
        if proposal.updating:
            client.abort_environment_update(EnvironmentName=name)
            return RollbackStarted(f"aborted the update of {name}", proposal.verified)
        client.update_environment(
            ApplicationName=target.parameters["application"], EnvironmentName=name, VersionLabel=proposal.before
        )
        return RollbackStarted(f"gave {name} version {proposal.before} again", proposal.verified)


def _compared(
    reader: EnvironmentReader, target: PlannedCheck, environment: Environment, seen: str, before: str
) -> EnvironmentProposal:
    """The environment has, or gets, another version than before."""
    prefix = f"{reader.name}: runs version {environment.label}"
    if not brought(target.deployed, environment.label, reader.version(environment.label)):
        return EnvironmentProposal(Feasibility.SUPERSEDED, f"{prefix}, which this execution did not bring")
    if doubt := _doubt(reader, target, seen, before):
        return EnvironmentProposal(Feasibility.MANUAL, f"{prefix}; {doubt}")
    if environment.status == "Aborting":
        return _back(target, before, f"{prefix}; its update is being aborted")
    if environment.status not in {READY, UPDATING}:
        return EnvironmentProposal(Feasibility.MANUAL, f"{prefix}; it is {environment.status}")
    return _ready(target, environment, before, f"{prefix}, which this execution brought")


def _returned(
    reader: EnvironmentReader, target: PlannedCheck, environment: Environment, before: str
) -> EnvironmentProposal:
    """The environment has the version before, or gets it. After a deployment that failed, some of its instances may run
    the other one: https://docs.aws.amazon.com/elasticbeanstalk/latest/dg/using-features.rolling-version-deploy.html"""
    reason = f"{reader.name}: runs version {before}, as before"
    if environment.healthy or not environment.ready:
        return _back(target, before, reason)
    if not any(event.message == STARTING for event in reader.events(target.deployed.started)):
        return _back(target, before, reason)
    return _ready(target, environment, before, f"{reason}, and its health is {environment.condition}")


def _back(target: PlannedCheck, before: str, reason: str) -> EnvironmentProposal:
    return EnvironmentProposal(Feasibility.ALREADY_BACK, reason, verification=_verification(target, before))


def _doubt(reader: EnvironmentReader, target: PlannedCheck, seen: str, before: str) -> str:
    """Why the version before is not what to go back to; empty if it is.

    The baseline is read when the execution starts. Until its turn came, an earlier execution or a person may have
    brought a version of their own, which going back to the baseline would take away.
    """
    if not before:
        return "which one it ran before is unknown, or it was not healthy with it"
    if any(each.message == STARTING and each.at < target.deployed.started for each in reader.events(float(seen))):
        return f"it was updated after it had been seen with version {before}"
    if reader.version(before) is None:
        return f"version {before}, which it ran before, does not exist any more"
    return ""


def _ready(target: PlannedCheck, environment: Environment, before: str, reason: str) -> EnvironmentProposal:
    return EnvironmentProposal(
        Feasibility.READY,
        reason,
        target=f"version {before}",
        preconditions={"version": environment.label, "before": before, "status": environment.status},
        verification=_verification(target, before),
        before=before,
        updating=not environment.ready,
    )


def _verification(target: PlannedCheck, version: str) -> PlannedCheck:
    return replace(target, parameters={**target.parameters, "version": version}, run=None)
