"""The way back of a Lambda alias: it serves again the version that was proven."""

from __future__ import annotations

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
from crosscheck.pipelines.definition import without_empty
from crosscheck.services.lambda_.alias import read_alias, read_version
from crosscheck.services.lambda_.rules import Alias, brought_version


@dataclass(frozen=True)
class LambdaProposal(RollbackProposal):
    """``proven`` is the version to go back to; ``revision`` is the alias's, which Lambda compares once more."""

    proven: str = ""
    revision: str = ""


class LambdaAliasRollback(Rollback[PlannedCheck, LambdaProposal]):
    """Compares the alias with what this execution put there; Lambda compares its revision once more.

    What the execution put there is the version that the action's output names. What its configuration wanted may be
    anybody's version, and an action that failed may have done none of it.
    """

    permissions = frozenset({"lambda:UpdateAlias"})

    def propose(self, target: PlannedCheck, baseline: str, aws: Clients) -> LambdaProposal:
        """Read the alias; the baseline is the version to go back to."""
        function = target.parameters["function"]
        label = f"{function.rpartition(':')[2]}:{target.parameters['alias']}"
        client = aws.client("lambda", target.region)
        alias = read_alias(client, function, target.parameters["alias"])
        if alias is None:
            return LambdaProposal(Feasibility.SUPERSEDED, f"{label}: there is no such alias any more")
        proposal = _compared(target, alias, baseline, label)
        if proposal.feasibility is not Feasibility.READY:
            return proposal
        if read_version(client, function, baseline) is None:
            gone = f"{label}: version {baseline}, to which it would go back, does not exist any more"
            return LambdaProposal(Feasibility.MANUAL, gone)
        return proposal

    def act(self, target: PlannedCheck, proposal: LambdaProposal, aws: Clients) -> RollbackStarted:
        """Point the alias back at the proven version, with no weight on any other."""
        aws.client("lambda", target.region).update_alias(
            FunctionName=target.parameters["function"],
            Name=target.parameters["alias"],
            FunctionVersion=proposal.proven,
            RoutingConfig={"AdditionalVersionWeights": {}},
            RevisionId=proposal.revision,
        )
        reason = f"pointed {proposal.reason.partition(': ')[0]} back at version {proposal.proven}"
        return RollbackStarted(reason, _verification(target, proposal.proven))

    def changed(self, target: PlannedCheck, proposal: LambdaProposal, aws: Clients) -> str:
        """Nothing: UpdateAlias changes the alias only as it was read."""
        del target, proposal, aws
        return ""

    def replaced(self, target: PlannedCheck, proposal: LambdaProposal, started: RollbackStarted, aws: Clients) -> str:
        """Nothing: UpdateAlias refuses an alias that somebody else has changed."""
        del target, proposal, started, aws
        return ""

    def races(self, target: PlannedCheck, aws: Clients) -> tuple[type[Exception], ...]:
        """The alias changed between reading and acting. It may have been us: botocore asks again where Lambda's answer
        was lost."""
        return (aws.client("lambda", target.region).exceptions.PreconditionFailedException,)


def _compared(planned: PlannedCheck, alias: Alias, proven: str, label: str) -> LambdaProposal:
    """Where the alias stands between the proven version and the one that this execution brought."""
    brought, served = brought_version(planned.deployed), f"{label}: serves version {alias.version}"
    if proven == alias.version and not alias.weights and proven != brought:
        verification = _verification(planned, proven)
        return LambdaProposal(Feasibility.ALREADY_BACK, f"{served}, as before", proven, verification=verification)
    if not brought:
        return LambdaProposal(Feasibility.MANUAL, f"{served}; which version this execution brought is unknown")
    if moved := _moved_on(alias, brought, proven):
        return LambdaProposal(Feasibility.SUPERSEDED, f"{label}: {moved}")
    if proven in {"", brought}:
        return LambdaProposal(Feasibility.MANUAL, f"{served}; {NOTHING_ELSE_PROVEN if proven else NOTHING_PROVEN}")
    reason = f"{served}, which this execution brought" if brought == alias.version else f"{label}: {alias.shares}"
    return LambdaProposal(
        Feasibility.READY,
        reason,
        target=f"version {proven}",
        preconditions={"proven": proven},  # not the shares: they move while a canary goes on
        verification=_verification(planned, proven),
        proven=proven,
        revision=alias.revision,
    )


def _moved_on(alias: Alias, brought: str, proven: str) -> str:
    """What somebody has brought to the alias since; empty where nobody has."""
    shares = {alias.version, *alias.weights}
    if brought not in shares:
        return f"serves version {alias.version}, not version {brought}, which this execution brought"
    others = {version for version in shares - {proven} if _is_later(version, brought)}
    return f"somebody brings version {min(others)} there: {alias.shares}" if others else ""


def _is_later(version: str, brought: str) -> bool:
    """Whether a version came after the one that was brought. Lambda counts them; what is no number may be any."""
    if version == brought:
        return False
    return not (version.isdecimal() and brought.isdecimal() and int(version) < int(brought))


def _verification(planned: PlannedCheck, version: str) -> PlannedCheck:
    undoes = without_empty({"undoes": brought_version(planned.deployed)})
    return replace(planned, parameters={**planned.parameters, "version": version, **undoes}, run=None)
