"""The way back of an Elastic Beanstalk environment: it is given again the version that was proven."""

from dataclasses import dataclass, replace

from crosscheck.clients import Clients
from crosscheck.contracts.check import PlannedCheck
from crosscheck.contracts.rollback import (
    NOTHING_ELSE_PROVEN,
    NOTHING_PROVEN,
    Feasibility,
    Rollback,
    RollbackProposal,
    RollbackStarted,
)
from crosscheck.services.elasticbeanstalk.check import brought
from crosscheck.services.elasticbeanstalk.environment import READY, STARTING, UPDATING, Environment, EnvironmentReader
from crosscheck.text import moment


@dataclass(frozen=True)
class EnvironmentProposal(RollbackProposal):
    """``proven`` is the label of the version to go back to; ``updating`` says that ours is still being brought.
    ``began`` is when each update that is known began (epoch seconds)."""

    proven: str = ""
    updating: bool = False
    began: frozenset[float] = frozenset()


class ElasticBeanstalkRollback(Rollback[PlannedCheck, EnvironmentProposal]):
    """Compares the environment with what this execution put there.

    Elastic Beanstalk updates a Ready environment only, so that nothing else is brought at the same time.
    """

    permissions = frozenset({"elasticbeanstalk:AbortEnvironmentUpdate", "elasticbeanstalk:UpdateEnvironment"})

    def propose(self, target: PlannedCheck, baseline: str, aws: Clients) -> EnvironmentProposal:
        """Read the environment. The baseline is when it was seen, and the label of the version to go back to."""
        reader = EnvironmentReader(target, aws)
        proposal = self._read(reader, target, baseline)
        ready = proposal.feasibility is Feasibility.READY
        return replace(proposal, began=_began(reader, target)) if ready else proposal

    @staticmethod
    def _read(reader: EnvironmentReader, target: PlannedCheck, baseline: str) -> EnvironmentProposal:
        environment = reader.environment()
        if environment is None:
            return EnvironmentProposal(Feasibility.SUPERSEDED, f"{reader.name}: there is no such environment any more")
        seen, _, proven = baseline.partition(" ")
        ours = brought(target.deployed, environment.label, reader.version(environment.label))
        if environment.label == proven and not ours:
            return _returned(reader, target, environment, proven)
        prefix = f"{reader.name}: runs version {environment.label}"
        if not ours:
            return EnvironmentProposal(Feasibility.SUPERSEDED, f"{prefix}, which this execution did not bring")
        if stuck := _without_target(reader, target, environment, seen, proven):
            return EnvironmentProposal(Feasibility.MANUAL, f"{prefix}; {stuck}")
        return _compared(target, environment, proven, prefix)

    def act(self, target: PlannedCheck, proposal: EnvironmentProposal, aws: Clients) -> RollbackStarted:
        """Deploy the proven version once more; where ours is still being brought, abort that, which does the same."""
        client, name = aws.client("elasticbeanstalk", target.region), target.parameters["environment"]
        if proposal.updating:
            client.abort_environment_update(EnvironmentName=name)
            return RollbackStarted(f"aborted the update of {name}", proposal.verified)
        client.update_environment(
            ApplicationName=target.parameters["application"], EnvironmentName=name, VersionLabel=proposal.proven
        )
        return RollbackStarted(f"gave {name} version {proposal.proven} again", proposal.verified)

    def changed(self, target: PlannedCheck, proposal: EnvironmentProposal, aws: Clients) -> str:
        """Whether the environment has another version, or is in another state."""
        reader, seen = EnvironmentReader(target, aws), proposal.preconditions
        now = reader.environment()
        if now and (now.label, now.status) == (seen["version"], seen["status"]):
            return ""
        return f"{reader.name} runs version {now.label} and is {now.status}" if now else f"{reader.name} is gone"

    def replaced(
        self, target: PlannedCheck, proposal: EnvironmentProposal, started: RollbackStarted, aws: Clients
    ) -> str:
        """Updates that began besides the known ones and, where the rollback made one, the last. Elastic Beanstalk does
        not tell what they brought."""
        del started
        if proposal.feasibility is not Feasibility.READY:
            return ""
        reader = EnvironmentReader(target, aws)
        new = sorted(_began(reader, target) - proposal.began)
        others = new if proposal.updating else new[:-1]
        if not others:
            return ""
        name, when = reader.name, ", ".join(map(moment, others))
        return f"an update of {name} that somebody else began at {when}: give {name} the version that it brought again"


def _began(reader: EnvironmentReader, target: PlannedCheck) -> frozenset[float]:
    """When each update since the action started began."""
    return frozenset(each.at for each in reader.events(target.deployed.started) if each.message == STARTING)


def _compared(target: PlannedCheck, environment: Environment, proven: str, prefix: str) -> EnvironmentProposal:
    """The environment has, or gets, the version that this execution brought."""
    if environment.status == "Aborting":
        return _back(target, proven, f"{prefix}; its update is being aborted")
    if environment.status not in {READY, UPDATING}:
        return EnvironmentProposal(Feasibility.MANUAL, f"{prefix}; it is {environment.status}")
    return _ready(target, environment, proven, f"{prefix}, which this execution brought")


def _returned(
    reader: EnvironmentReader, target: PlannedCheck, environment: Environment, proven: str
) -> EnvironmentProposal:
    """The environment has the proven version, or gets it. After a deployment that failed, some of its instances may run
    the other one: https://docs.aws.amazon.com/elasticbeanstalk/latest/dg/using-features.rolling-version-deploy.html"""
    reason = f"{reader.name}: runs version {proven}, as before"
    if environment.healthy or not environment.ready:
        return _back(target, proven, reason)
    if not target.deployed.left_a_trace or not _began(reader, target):
        return _back(target, proven, reason)
    return _ready(target, environment, proven, f"{reason}, and its health is {environment.condition}")


def _back(target: PlannedCheck, proven: str, reason: str) -> EnvironmentProposal:
    return EnvironmentProposal(Feasibility.ALREADY_BACK, reason, verification=_verification(target, proven))


def _without_target(
    reader: EnvironmentReader, target: PlannedCheck, environment: Environment, seen: str, proven: str
) -> str:
    """Why there is no way to the proven version; empty if there is.

    Elastic Beanstalk gives up an update that is in progress for the version before it, whichever that was.
    """
    if not proven:
        return NOTHING_PROVEN
    if proven == environment.label:
        return NOTHING_ELSE_PROVEN
    version = reader.version(proven)
    if version is None or version.created > float(seen):
        gone = "was made anew since it was seen there" if version else "does not exist any more"
        return f"version {proven}, to which it would go back, {gone}"
    if environment.ready:
        return ""
    if any(each.message == STARTING and each.at < target.deployed.started for each in reader.events(float(seen))):
        return f"its update would be given up for a version that came after {proven}, and has not passed"
    return ""


def _ready(target: PlannedCheck, environment: Environment, proven: str, reason: str) -> EnvironmentProposal:
    return EnvironmentProposal(
        Feasibility.READY,
        reason,
        target=f"version {proven}",
        preconditions={"version": environment.label, "proven": proven, "status": environment.status},
        verification=_verification(target, proven, undoes=environment.label),
        proven=proven,
        updating=not environment.ready,
    )


def _verification(target: PlannedCheck, version: str, **undone: str) -> PlannedCheck:
    return replace(target, parameters={**target.parameters, "version": version, **undone}, run=None)
