"""The one way to run a check, and what of a planned check travels from the plan to the look."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import partial

from aws_lambda_powertools import Logger

from crosscheck.aws_errors import AWS_ERRORS, explain
from crosscheck.clients import Clients
from crosscheck.contracts.check import Check, PlannedCheck
from crosscheck.contracts.verdicts import Finding, Verdict, combine
from crosscheck.errors import ConfigurationError
from crosscheck.pipelines.definition import account_of
from crosscheck.pipelines.runs import ActionRun
from crosscheck.registry.services import EVERY_CHECK
from crosscheck.telemetry import count
from crosscheck.time_limits import all_within, within

logger = Logger(child=True)

QUOTED = 40
# Below what one look may take as a whole, in a gate as in the fan-out.
CONTENTS_SECONDS = 15.0
BROUGHT_SECONDS = 8.0
_HAPPENED = {"Failed": "failed", "Abandoned": "was abandoned"}


def run_check(planned: PlannedCheck, aws: Clients, beside: Iterable[PlannedCheck] = ()) -> Finding:
    """Look once, also at what it holds. Whatever AWS refuses or does not answer is INCONCLUSIVE, and so is a check that
    crashes.

    ``beside`` are the other checks of this look: what one of them looks at is not looked at once more within another.
    No error comes out, so that one region's trouble never takes the verdicts of the others.
    """
    unfinished = _unfinished(planned, planned.run) if planned.run else None
    if unfinished:
        return replace(unfinished, baselines=_brought(planned, aws))
    if planned.unsupported:
        return _not_looked_at(planned)
    try:
        found = EVERY_CHECK[planned.kind].run(portable(planned), aws)
        if found.verdict is Verdict.PASS and not found.moved_on:
            found = combine(found, _contents(planned, aws, beside))
    except AWS_ERRORS as error:
        found = planned.finding(Verdict.INCONCLUSIVE, explain(error, planned.region))
    except Exception as error:  # a fault of the check's own proves nothing about the region; it is logged and counted
        found = _crashed(planned, error)
    return replace(found, verdict=Verdict.PASS, warning="") if planned.baseline_only else found


def _brought(planned: PlannedCheck, aws: Clients) -> Mapping[str, str]:
    """What an action that failed had brought, as its service tells within a few seconds; empty where it does not. The
    action's own word stands, whatever comes of asking."""
    if planned.unsupported or planned.deployed.status == "InProgress" or not planned.deployed.left_a_trace:
        return {}
    try:
        return within(BROUGHT_SECONDS, lambda: EVERY_CHECK[planned.kind].run(portable(planned), aws)).baselines
    except Exception as error:  # its region may be why the action failed
        name = type(error).__name__
        logger.info("what a failed action had brought is not known", check=planned.kind, error=name)
        return {}


def of_the_region(planned: PlannedCheck) -> bool:
    """Whether a check sees whatever is deployed in the region, and cannot tell whose it is."""
    return planned.run is None and not EVERY_CHECK.get(planned.kind, Check).outlasts_deployments


def portable(planned: PlannedCheck) -> PlannedCheck:
    """The check without whatever its kind does not declare to read of the action's run.

    All else may be long, or a secret of a provider that nobody here knows. A key that a check reads and does not
    declare is missing wherever the check runs, not only where the plan travels through the state machine.
    """
    run, check = planned.run, EVERY_CHECK.get(planned.kind, Check)
    if run is None:
        return planned
    configuration = {key: text for key, text in run.configuration.items() if key in check.reads_configuration}
    outputs = {key: text for key, text in run.outputs.items() if key in check.reads_outputs}
    return replace(planned, run=replace(run, configuration=configuration, outputs=outputs, produced={}))


def known(planned: PlannedCheck) -> PlannedCheck:
    """The same check, if this version can run it.

    Raises:
        ConfigurationError: an unknown kind, unless the plan says already that it is unsupported; or a parameter is
            missing.
    """
    if planned.unsupported:
        return planned
    if planned.kind not in EVERY_CHECK:
        names = ", ".join(sorted(EVERY_CHECK))
        raise ConfigurationError(f"no check {planned.kind[:QUOTED]!r} in this version; it knows: {names}")
    for key, parameter in EVERY_CHECK[planned.kind].parameters.items():
        if parameter.needed and key not in planned.parameters:
            raise ConfigurationError(f"a planned {planned.kind} lacks the parameter {key}")
    return planned


def _contents(planned: PlannedCheck, aws: Clients, beside: Iterable[PlannedCheck]) -> list[Finding]:
    contained = EVERY_CHECK[planned.kind].contains(portable(planned), aws)
    held = [each for each in contained if each.unsupported or not any(_same(each, other) for other in beside)]
    found = all_within(CONTENTS_SECONDS, {number: partial(run_check, each, aws) for number, each in enumerate(held)})
    late = f"not looked at within {CONTENTS_SECONDS:g} seconds"
    return [
        found.get(number) or each.finding(Verdict.INCONCLUSIVE, f"{each.target}: {late}")
        for number, each in enumerate(held)
    ]


def _same(held: PlannedCheck, other: PlannedCheck) -> bool:
    """Whether a check beside looks at what a stack holds, which is of the stack's own account: so is a name."""
    theirs, other_accounts = accounts(held), accounts(other)
    return place(held) == place(other) and (not theirs or not other_accounts or theirs == other_accounts)


def _not_looked_at(planned: PlannedCheck) -> Finding:
    """What a stack holds and this version cannot look at is a warning: the stack itself was seen to be in order, and
    would be unknown in every release for it."""
    if planned.held_by:
        return replace(planned.finding(Verdict.PASS, planned.unsupported), warning=planned.unsupported)
    return planned.finding(Verdict.INCONCLUSIVE, planned.unsupported)


def place(planned: PlannedCheck) -> tuple[str, str, tuple[str, ...]]:
    """What a check looks at, and where; a name and an ARN are the same, whatever account the ARN names."""
    names = (re.split("[:/]", planned.parameters[key])[-1] for key in sorted(planned.parameters))
    return planned.kind, planned.region, tuple(names)


def accounts(planned: PlannedCheck) -> frozenset[str]:
    """The accounts that a check's ARNs name, else the one in which its action ran; empty where nothing says it."""
    named = frozenset(map(account_of, planned.parameters.values())) - {""}
    ran = planned.run.account if planned.run else ""
    return named or (frozenset({ran}) if ran else frozenset())


def _crashed(planned: PlannedCheck, error: Exception) -> Finding:
    name = type(error).__name__
    logger.error("a check crashed", check=planned.kind, region=planned.region, exc_info=error)
    count("CheckCrashes")
    return planned.finding(Verdict.INCONCLUSIVE, f"the check {planned.kind} crashed with {name}; its log says where")


def _unfinished(planned: PlannedCheck, run: ActionRun) -> Finding | None:
    """A deploy action that still runs, or that did not succeed, is itself the finding."""
    match run.status:
        case "Succeeded":
            return None
        case "InProgress":
            return planned.finding(Verdict.PENDING, f"deploy action {run.name} is in progress")
        case _:
            cause = f" ({run.error})" if run.error else ""
            happened = _HAPPENED.get(run.status, f"is {run.status.lower()}")
            return planned.finding(Verdict.FAIL, f"deploy action {run.name} {happened}{cause}")
