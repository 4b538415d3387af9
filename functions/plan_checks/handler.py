"""Entry point: the state machine's input."""

import time
from collections.abc import Mapping
from functools import cache
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from crosscheck.clients import Clients
from crosscheck.ledger.card_queue import CardQueue
from crosscheck.ledger.table import Ledger
from plan_checks.asked import asked
from plan_checks.image_plan import ImagePlanning
from plan_checks.planning import Planning
from plan_checks.preflight_plan import PreflightPlanning
from plan_checks.release.plan import ReleasePlanning
from plan_checks.settings import PlanSettings

logger = Logger()


@cache
def _planning() -> Planning:
    clients, settings = Clients(), PlanSettings.from_env()
    ledger, cards = Ledger.from_env(clients), CardQueue.from_env(clients)
    return Planning(
        images=ImagePlanning(clients, ledger, cards, settings, time.time),
        preflights=PreflightPlanning(clients, ledger, cards, settings, time.time),
        releases=ReleasePlanning(clients, ledger, settings, time.time),
    )


@logger.inject_lambda_context
def handler(event: Mapping[str, Any], context: LambdaContext) -> Mapping[str, Any]:  # noqa: ARG001 - Lambda's signature
    """``{"subject", "regions": [item]}``: an item for each region that is to be looked at."""
    items = _planning().plan(asked(event))
    regions = {item.region: f"{item.stage} {item.mode} {item.judged}".strip() for item in items}
    logger.info("planned", subject=event["subject"], regions=regions)
    return {"subject": event["subject"], "regions": [item.to_json() for item in items]}
