"""The check ``lambda-alias``: an alias serves the intended version, and that version can be called."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from crosscheck.clients import Clients
from crosscheck.contracts.check import Check, Outcome, PlannedCheck, gave_way
from crosscheck.contracts.parameters import matching, text
from crosscheck.contracts.service import DeployProvider
from crosscheck.contracts.verdicts import Finding, Verdict
from crosscheck.pipelines.definition import PipelineDefinition, without_empty
from crosscheck.services.lambda_.alias import read_alias, read_provisioned, read_version
from crosscheck.services.lambda_.rules import (
    Alias,
    intended_version,
    judge_alias,
    judge_later,
    judge_provisioned,
    judge_version,
    later_versions,
    served,
)
from crosscheck.text import moment

if TYPE_CHECKING:
    from mypy_boto3_lambda import LambdaClient

_ORDER = (Verdict.FAIL, Verdict.PENDING, Verdict.INCONCLUSIVE)


class LambdaAlias(Check):
    """Looks at the routing first, then at the version, then at its provisioned concurrency.

    A check that was asked for without ``version`` proves the state of whatever is served; one that follows from a
    deploy action has to know what was meant. The proof of a rollback also has the parameter ``undoes``, the version
    that is taken back, which no plan gives.
    """

    kind = "lambda-alias"
    reads_configuration = frozenset({"PublishedTargetVersion"})
    reads_outputs = frozenset({"FunctionVersion"})
    permissions = frozenset(
        {"lambda:GetAlias", "lambda:GetFunctionConfiguration", "lambda:GetProvisionedConcurrencyConfig"}
    )
    parameters = {
        "function": text(needed=True),
        "alias": text(128, needed=True),
        "version": matching(r"[0-9]{1,18}|\$LATEST", "a version's number as a string"),
    }

    def preflight(self, definition: PipelineDefinition) -> Iterable[PlannedCheck]:
        """What the aliases of deployed functions serve, for rollback. Without an alias there is nothing to restore."""
        return LambdaDeploy().baselines(definition)

    def run(self, planned: PlannedCheck, aws: Clients) -> Finding:
        """Look once."""
        function, name = planned.parameters["function"], planned.parameters["alias"]
        client = aws.client("lambda", planned.region)
        label = f"{function.rpartition(':')[2]}:{name}"
        alias = read_alias(client, function, name)
        if alias is None:
            gone = gave_way if planned.run and not planned.held_by else partial(Outcome, Verdict.FAIL)
            outcome = gone("there is no such alias")
            return replace(planned.finding(outcome.verdict, f"{label}: {outcome.reason}"), moved_on=outcome.moved_on)
        outcome, values = _judged(client, planned, alias)
        found = planned.finding(outcome.verdict, f"{label}: {outcome.reason}", without_empty(values))
        proves = planned.run is None or outcome.verdict is Verdict.PASS
        version = alias.version if proves else intended_version(planned)
        return replace(found, moved_on=outcome.moved_on, baselines=without_empty({planned.subject: version}))


class LambdaDeploy(DeployProvider):
    """https://docs.aws.amazon.com/codepipeline/latest/userguide/action-reference-LambdaDeploy.html"""

    name = "Lambda"
    check = LambdaAlias.kind
    keys = {"function": "FunctionName", "alias": "FunctionAlias"}


def _later(client: LambdaClient, planned: PlannedCheck, alias: Alias, meant: str) -> Outcome | None:
    """The later deployment that moved the alias; None for none, or where no deploy action is known."""
    if planned.run is None:
        return None
    found = [read_version(client, planned.parameters["function"], number) for number in later_versions(alias, meant)]
    return judge_later(alias, [version for version in found if version], planned.run.started)


def _judged(client: LambdaClient, planned: PlannedCheck, alias: Alias) -> tuple[Outcome, Mapping[str, str]]:
    """The outcome, and what was seen. What is broken comes first, then what still moves, then what cannot be known."""
    function, meant = planned.parameters["function"], intended_version(planned)
    values = {
        "version": alias.version,
        "revision id": alias.revision,
        "intended version": meant,
        "weights": alias.shares if alias.weights else "",
    }
    if later := _later(client, planned, alias, meant):
        return later, values
    undoes = planned.parameters.get("undoes", "")
    if (planned.run or undoes) and meant and not {meant, undoes} & {alias.version, *alias.weights}:
        # The action, or the rollback, had pointed the alias to it, or would not have succeeded.
        return gave_way(f"somebody moved it: serves version {alias.version}, not the intended {meant}"), values
    number = meant if meant in alias.weights else alias.version
    version = read_version(client, function, number)
    if version is None:
        return Outcome(Verdict.FAIL, f"version {number} does not exist"), values
    if planned.held_by and planned.deployed.ended_before(version.published):
        return gave_way(f"serves version {number}, published at {moment(version.published)}"), values
    provisioned = read_provisioned(client, function, planned.parameters["alias"])
    values |= {"state": version.state, "provisioned": provisioned.status if provisioned else ""}
    found = [judge_alias(alias, meant), judge_version(version), judge_provisioned(provisioned)]
    against = [outcome for outcome in found if outcome]
    if against:
        return min(against, key=lambda outcome: _ORDER.index(outcome.verdict)), values
    outcome = served(alias, provisioned)
    if planned.run and not meant and not planned.held_by:
        outcome = Outcome(Verdict.INCONCLUSIVE, f"{outcome.reason}; which version was meant is unknown")
    return outcome, values
