"""The one way to run a check, and what of a planned check travels from the plan to the look."""

import traceback
from dataclasses import replace

from aws_lambda_powertools import Logger

from crosscheck.aws_errors import AWS_ERRORS, explain
from crosscheck.clients import Clients
from crosscheck.contracts.check import Check, PlannedCheck
from crosscheck.contracts.verdicts import Finding, Verdict
from crosscheck.errors import ConfigurationError
from crosscheck.pipelines.runs import ActionRun
from crosscheck.registry.services import EVERY_CHECK
from crosscheck.telemetry import count

logger = Logger(child=True)

QUOTED = 40
_HAPPENED = {"Failed": "failed", "Abandoned": "was abandoned"}


def run_check(planned: PlannedCheck, aws: Clients) -> Finding:
    """Look once. Whatever AWS refuses or does not answer is INCONCLUSIVE, and so is a check that crashes.

    No error comes out, so that one region's trouble never takes the verdicts of the others.
    """
    unfinished = _unfinished(planned, planned.run) if planned.run else None
    if unfinished:
        return unfinished
    if planned.unsupported:
        return planned.finding(Verdict.INCONCLUSIVE, planned.unsupported)
    try:
        found = EVERY_CHECK[planned.kind].run(portable(planned), aws)
    except AWS_ERRORS as error:
        found = planned.finding(Verdict.INCONCLUSIVE, explain(error, planned.region))
    except Exception as error:  # a fault of the check's own proves nothing about the region; it is logged and counted
        found = _crashed(planned, error)
    return replace(found, verdict=Verdict.PASS) if planned.baseline_only else found


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


def _crashed(planned: PlannedCheck, error: Exception) -> Finding:
    """Log the error's class and its places, not its text, which may quote what a page or a parameter holds."""
    frames = [f"{frame.name} in {frame.filename}:{frame.lineno}" for frame in traceback.extract_tb(error.__traceback__)]
    name = type(error).__name__
    logger.error("a check crashed", check=planned.kind, region=planned.region, error=name, frames=frames)
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
