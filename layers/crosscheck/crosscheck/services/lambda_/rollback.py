"""The way back of a Lambda alias: it serves again the version that it served before the action started."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from crosscheck.clients import Clients
from crosscheck.contracts.check import PlannedCheck
from crosscheck.contracts.rollback import Feasibility, Rollback, RollbackProposal, RollbackStarted
from crosscheck.services.lambda_.alias import read_alias, read_version
from crosscheck.services.lambda_.rules import Alias, intended_version

if TYPE_CHECKING:
    from mypy_boto3_lambda import LambdaClient


# So many versions between the one before and the one brought are asked for.
BETWEEN_LIMIT = 20


@dataclass(frozen=True)
class LambdaProposal(RollbackProposal):
    """``before`` is the version to go back to; ``revision`` is the alias's, which Lambda compares once more."""

    before: str = ""
    revision: str = ""


class LambdaAliasRollback(Rollback[PlannedCheck, LambdaProposal]):
    """Compares the alias with what this execution put there; Lambda compares its revision once more."""

    permissions = frozenset({"lambda:UpdateAlias"})

    def propose(self, target: PlannedCheck, baseline: str, aws: Clients) -> LambdaProposal:
        """Read the alias; the baseline is the version that it served before."""
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
            gone = f"{label}: version {baseline}, which it served before, does not exist any more"
            return LambdaProposal(Feasibility.MANUAL, gone)
        return _doubted(client, target, proposal, baseline, label)

    def act(self, target: PlannedCheck, proposal: LambdaProposal, aws: Clients) -> RollbackStarted:
        """Point the alias back at the version before, with no weight on any other."""
        aws.client("lambda", target.region).update_alias(
            FunctionName=target.parameters["function"],
            Name=target.parameters["alias"],
            FunctionVersion=proposal.before,
            RoutingConfig={"AdditionalVersionWeights": {}},
            RevisionId=proposal.revision,
        )
        reason = f"pointed {proposal.reason.partition(': ')[0]} back at version {proposal.before}"
        return RollbackStarted(reason, _verification(target, proposal.before))

    def races(self, target: PlannedCheck, aws: Clients) -> tuple[type[Exception], ...]:
        """The alias changed between reading and acting. It may have been us: botocore asks again where Lambda's answer
        was lost."""
        return (aws.client("lambda", target.region).exceptions.PreconditionFailedException,)


def _compared(planned: PlannedCheck, alias: Alias, before: str, label: str) -> LambdaProposal:
    """Where the alias stands between the version before and the one that this execution brought."""
    brought = intended_version(planned)
    served = f"{label}: serves version {alias.version}"
    if before == alias.version and not alias.weights:
        verification = _verification(planned, before)
        return LambdaProposal(Feasibility.ALREADY_BACK, f"{served}, as before", before, verification=verification)
    if not brought:
        return LambdaProposal(Feasibility.MANUAL, f"{served}; which version this execution brought is unknown")
    if brought not in {alias.version, *alias.weights}:
        return LambdaProposal(Feasibility.SUPERSEDED, f"{served}, not version {brought}, which this execution brought")
    if not before:
        return LambdaProposal(Feasibility.MANUAL, f"{served}; which one it served before is unknown")
    others = {alias.version, *alias.weights} - {brought, before}
    if others:
        reason = f"{label}: somebody brings version {min(others)} there: {alias.shares}"
        return LambdaProposal(Feasibility.SUPERSEDED, reason)
    reason = f"{served}, which this execution brought" if brought == alias.version else f"{label}: {alias.shares}"
    return LambdaProposal(
        Feasibility.READY,
        reason,
        target=f"version {before}",
        preconditions={"before": before},  # not the shares: they move while a canary goes on
        verification=_verification(planned, before),
        before=before,
        revision=alias.revision,
    )


def _doubted(
    client: LambdaClient, planned: PlannedCheck, proposal: LambdaProposal, before: str, label: str
) -> LambdaProposal:
    """The baseline is read when the execution starts; until its turn came, an earlier execution or a person may have
    brought a version of their own, which going back to the baseline would take away."""
    brought = intended_version(planned)
    if not (before.isdecimal() and brought.isdecimal()):
        return proposal
    between = range(int(before) + 1, int(brought))
    function = planned.parameters["function"]
    found = [number for number in between[-BETWEEN_LIMIT:] if read_version(client, function, str(number))]
    if not found and len(between) <= BETWEEN_LIMIT:
        return proposal
    named = f"version {found[-1]} was" if found else "many versions were"
    reason = f"{label}: served version {before} when the execution started; {named} published since"
    return LambdaProposal(Feasibility.MANUAL, reason)


def _verification(planned: PlannedCheck, version: str) -> PlannedCheck:
    return replace(planned, parameters={**planned.parameters, "version": version}, run=None)
