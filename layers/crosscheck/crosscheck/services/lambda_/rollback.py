"""The way back of a Lambda alias: it serves again the version that it served before the action started."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from crosscheck.clients import Clients
from crosscheck.contracts.check import PlannedCheck
from crosscheck.contracts.rollback import Feasibility, RollbackProposal, RollbackStarted, SupersededError
from crosscheck.services.lambda_.alias import read_alias, read_version
from crosscheck.services.lambda_.rules import Alias, intended_version

if TYPE_CHECKING:
    from mypy_boto3_lambda import LambdaClient


# So many versions between the one before and the one brought are asked for.
BETWEEN_LIMIT = 20


class LambdaAliasRollback:
    """Compares the alias with what this execution put there; Lambda compares its revision once more."""

    def propose(self, planned: PlannedCheck, baseline: Mapping[str, str], aws: Clients) -> RollbackProposal:
        """Read the alias, and the version that it served before (``baseline["version"]``)."""
        function, before = planned.parameters["function"], baseline.get("version", "")
        told = f"{function.rpartition(':')[2]}:{planned.parameters['alias']}"
        client = aws.lambda_(planned.region)
        alias = read_alias(client, function, planned.parameters["alias"])
        if alias is None:
            return RollbackProposal(Feasibility.SUPERSEDED, f"{told}: there is no such alias any more")
        way = _compared(planned, alias, before, told)
        if way.standing is Feasibility.READY and read_version(client, function, before) is None:
            return RollbackProposal(
                Feasibility.MANUAL, f"{told}: version {before}, which it served before, does not exist any more"
            )
        return _doubted(client, planned, way, before, told) if way.standing is Feasibility.READY else way

    def execute(self, planned: PlannedCheck, way: RollbackProposal, aws: Clients) -> RollbackStarted:
        """Point the alias back at the version before, with no weight on any other.

        What is compared is whose versions it serves, not their shares: those move while a canary goes on. An alias that
        changed between reading and acting is read once more: it may have been us, where Lambda's answer was lost and
        botocore asked again.
        """
        changed = aws.lambda_(planned.region).exceptions.PreconditionFailedException
        try:
            return self._point_back(planned, way, aws)
        except changed:
            pass
        try:
            return self._point_back(planned, way, aws)
        except changed:
            raise SupersededError("somebody changed the alias at the same moment") from None

    def _point_back(self, planned: PlannedCheck, way: RollbackProposal, aws: Clients) -> RollbackStarted:
        before = way.seen["before"]
        now = self.propose(planned, {"version": before}, aws)
        if now.standing is Feasibility.ALREADY_BACK and now.proof:
            return RollbackStarted(now.reason, now.proof)
        if now.standing is not Feasibility.READY or now.proof is None:
            raise SupersededError(now.reason)
        aws.lambda_(planned.region).update_alias(
            FunctionName=planned.parameters["function"],
            Name=planned.parameters["alias"],
            FunctionVersion=before,
            RoutingConfig={"AdditionalVersionWeights": {}},
            RevisionId=now.seen["revision id"],
        )
        return RollbackStarted(f"pointed {now.reason.partition(': ')[0]} back at version {before}", now.proof)


def _compared(planned: PlannedCheck, alias: Alias, before: str, told: str) -> RollbackProposal:
    """Where the alias stands between the version before and the one that this execution brought."""
    brought = intended_version(planned)
    served = f"{told}: serves version {alias.version}"
    if before == alias.version and not alias.weights:
        return RollbackProposal(Feasibility.ALREADY_BACK, f"{served}, as before", before, proof=_proof(planned, before))
    if not brought:
        return RollbackProposal(Feasibility.MANUAL, f"{served}; which version this execution brought is unknown")
    if brought not in {alias.version, *alias.weights}:
        return RollbackProposal(
            Feasibility.SUPERSEDED, f"{served}, not version {brought}, which this execution brought"
        )
    if not before:
        return RollbackProposal(Feasibility.MANUAL, f"{served}; which one it served before is unknown")
    others = {alias.version, *alias.weights} - {brought, before}
    if others:
        return RollbackProposal(
            Feasibility.SUPERSEDED, f"{told}: somebody brings version {min(others)} there: {alias.shares}"
        )
    reason = f"{served}, which this execution brought" if brought == alias.version else f"{told}: {alias.shares}"
    return RollbackProposal(
        Feasibility.READY,
        reason,
        target=f"version {before}",
        seen={"before": before, "revision id": alias.revision},
        proof=_proof(planned, before),
    )


def _doubted(
    client: LambdaClient, planned: PlannedCheck, way: RollbackProposal, before: str, told: str
) -> RollbackProposal:
    """The baseline is read when the execution starts; until its turn came, an earlier execution or a person may have
    brought a version of their own, which going back to the baseline would take away."""
    brought = intended_version(planned)
    if not (before.isdecimal() and brought.isdecimal()):
        return way
    between = range(int(before) + 1, int(brought))
    found = [
        number
        for number in between[-BETWEEN_LIMIT:]
        if read_version(client, planned.parameters["function"], str(number))
    ]
    if not found and len(between) <= BETWEEN_LIMIT:
        return way
    named = f"version {found[-1]} was" if found else "many versions were"
    return RollbackProposal(
        Feasibility.MANUAL, f"{told}: served version {before} when the execution started; {named} published since"
    )


def _proof(planned: PlannedCheck, version: str) -> PlannedCheck:
    return replace(planned, parameters={**planned.parameters, "version": version}, run=None)
