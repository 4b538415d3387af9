"""Rule DeploymentWindow: waits until the time is in the window. Windows are real time, however fast waits pass."""

from datetime import datetime
from zoneinfo import ZoneInfo

from local.codepipeline.actions.base import ActionContext, ActionKind, ActionResult
from local.codepipeline.declarations import RULE, ActionType
from local.codepipeline.rules.cron import parse_cron

POLL_SECONDS = 60


def _run(context: ActionContext) -> ActionResult:
    expression, zone = context.configuration["Cron"], context.configuration.get("TimeZone", "UTC")
    window = parse_cron(expression)
    while not window.includes(datetime.fromtimestamp(context.tools.clock.now(), ZoneInfo(zone))):
        context.report(summary=f"Waiting for the window {expression} ({zone}) to open")
        context.pause(POLL_SECONDS)
    return ActionResult(summary=f"The window {expression} ({zone}) is open")


KIND = ActionKind(
    ActionType(RULE, "AWS", "DeploymentWindow", "1"),
    required=frozenset({"Cron"}),
    optional=frozenset({"TimeZone"}),
    inputs=(0, 0),
    outputs=(0, 0),
    run=_run,
)
