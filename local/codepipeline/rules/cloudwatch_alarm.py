"""Rule CloudWatchAlarm: looks at an alarm, for up to ``WaitTime`` minutes.

Before the stage (and after a failure) it waits for the alarm to leave the monitored states; after a success it watches
for the alarm to enter them.
"""

from local.codepipeline.actions.base import ActionContext, ActionKind, ActionResult
from local.codepipeline.condition_state import ConditionType
from local.codepipeline.declarations import RULE, ActionType
from local.codepipeline.errors import ActionError, FailureType

STATES = ("ALARM", "OK", "INSUFFICIENT_DATA")
POLL_SECONDS = 60


def _run(context: ActionContext) -> ActionResult:
    watching = context.run.condition is ConditionType.ON_SUCCESS
    remaining = int(context.configuration.get("WaitTime", "0")) * 60
    state = _state(context)
    while remaining > 0 and _monitored(context, state) != watching:
        context.pause(min(POLL_SECONDS, remaining))
        remaining -= POLL_SECONDS
        state = _state(context)
    name = context.configuration["AlarmName"]
    if _monitored(context, state):
        raise ActionError(FailureType.JOB_FAILED, f"The alarm {name} is in state {state}.")
    return ActionResult(summary=f"The alarm {name} is in state {state}.")


def _monitored(context: ActionContext, state: str) -> bool:
    states = context.configuration.get("AlarmStates", "ALARM")
    return state in {each.strip() for each in states.split(",")}


def _state(context: ActionContext) -> str:
    name = context.configuration["AlarmName"]
    found = context.client("cloudwatch").describe_alarms(
        AlarmNames=[name], AlarmTypes=["MetricAlarm", "CompositeAlarm"]
    )
    alarms = [*found.get("MetricAlarms", []), *found.get("CompositeAlarms", [])]
    if not alarms:
        raise ActionError(FailureType.CONFIGURATION, f"The alarm {name} does not exist in {context.region}.")
    return str(alarms[0]["StateValue"])


KIND = ActionKind(
    ActionType(RULE, "AWS", "CloudWatchAlarm", "1"),
    required=frozenset({"AlarmName"}),
    optional=frozenset({"AlarmStates", "WaitTime"}),
    inputs=(0, 0),
    outputs=(0, 0),
    run=_run,
)
