"""Deploy action Lambda: a version of the artifact's code, or a published one, gets an alias's traffic.

Without an alias the code goes to $LATEST and is published. A function has no tasks that could turn unhealthy:
``unhealthy`` is ``healthy``. Where a deployment ``hangs``, no more traffic goes over after its first step;
``rolled_back`` gives the alias its old version back, and the action is green all the same.
"""

from dataclasses import dataclass

from local.codepipeline.actions.base import ActionContext, ActionKind, ActionResult
from local.codepipeline.actions.lambda_function import Alias, Function
from local.codepipeline.actions.lambda_traffic import ALL_AT_ONCE, Step, UnknownStrategyError, steps
from local.codepipeline.declarations import ActionType
from local.codepipeline.errors import ActionError, FailureType
from local.console import function_url
from local.outcomes import Outcome

PROVIDER = "Lambda"
KEY = ("Deploy", "AWS", PROVIDER)
POLL_SECONDS = 15
MAXIMUM_ALARMS = 10


@dataclass(frozen=True)
class _Settings:
    alias: str | None
    version: str | None
    steps: tuple[Step, ...]
    alarms: tuple[str, ...]


def _run(context: ActionContext) -> ActionResult:
    settings = _settings(context)
    function = Function(context, context.configuration["FunctionName"])
    outcome = context.outcome(PROVIDER, function.name)
    context.report(url=function_url(context.region, function.name))
    alias = function.alias(settings.alias) if settings.alias else None
    if outcome is Outcome.FAIL or (outcome is Outcome.ROLLED_BACK and alias is None):
        raise ActionError(FailureType.JOB_FAILED, f"The deployment of the function {function.name} failed.")
    version = _version(context, function, settings)
    if alias is not None:
        _shift(function, alias, version, settings, outcome)
    while outcome is Outcome.HANG:
        context.pause(POLL_SECONDS)
    return ActionResult(summary="Deployment Succeeded", variables={"FunctionVersion": version})


def _settings(context: ActionContext) -> _Settings:
    given = context.configuration
    alias, version, strategy = (given.get(key) for key in ("FunctionAlias", "PublishedTargetVersion", "DeployStrategy"))
    alarms = tuple(name.strip() for name in given.get("Alarms", "").split(",") if name.strip())
    if alias is None and (version or strategy):
        raise _invalid("PublishedTargetVersion and DeployStrategy need a FunctionAlias")
    if version is None and not context.inputs:
        raise _invalid("PublishedTargetVersion is required without an input artifact")
    if len(alarms) > MAXIMUM_ALARMS:
        raise _invalid(f"Alarms must not name more than {MAXIMUM_ALARMS} alarms")
    try:
        return _Settings(alias, version, steps(strategy or ALL_AT_ONCE), alarms)
    except UnknownStrategyError as error:
        raise _invalid(f"DeployStrategy: {error}") from error


def _invalid(reason: str) -> ActionError:
    return ActionError(FailureType.CONFIGURATION, f"The action configuration is not valid: {reason}.")


def _version(context: ActionContext, function: Function, settings: _Settings) -> str:
    if settings.version is not None:
        return function.version(settings.version)
    return function.publish(context.read(context.inputs[0]))


def _shift(function: Function, before: Alias, version: str, settings: _Settings, outcome: Outcome) -> None:
    """Move the alias's traffic; it goes back when an alarm goes off, and the action fails then."""
    alias = before
    # Lambda refuses an alias whose two versions are the same one.
    for step in settings.steps if version != before.version else ():
        alias = function.route(alias, before.version, {version: step.percent / 100})
        if outcome is Outcome.HANG:
            return
        function.context.pause(step.minutes * 60)
        _heed_alarms(function, alias, before, settings.alarms)
    if outcome is Outcome.HANG:
        return
    alias = function.route(alias, version, {})
    _heed_alarms(function, alias, before, settings.alarms)
    if outcome is Outcome.ROLLED_BACK:
        function.route(alias, before.version, {})


def _heed_alarms(function: Function, alias: Alias, before: Alias, names: tuple[str, ...]) -> None:
    if not names:
        return
    found = function.context.client("cloudwatch").describe_alarms(AlarmNames=list(names))
    if ringing := [alarm["AlarmName"] for alarm in found["MetricAlarms"] if alarm["StateValue"] == "ALARM"]:
        function.route(alias, before.version, {})
        text = f"The alarm {ringing[0]} went off: the alias {alias.name} is back on version {before.version}."
        raise ActionError(FailureType.JOB_FAILED, text)


KIND = ActionKind(
    ActionType(*KEY, "1"),
    required=frozenset({"FunctionName"}),
    optional=frozenset({"Alarms", "DeployStrategy", "FunctionAlias", "PublishedTargetVersion"}),
    inputs=(0, 1),
    outputs=(0, 0),
    run=_run,
)
