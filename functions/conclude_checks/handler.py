"""Entry point: one region that failed, or what the state machine's Map gathered."""

import time
from collections.abc import Mapping
from functools import cache
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from conclude_checks.conclude import Conclusion
from conclude_checks.log import RollbackLog
from conclude_checks.region_rollback import RegionRollback
from conclude_checks.stage_rollback import WholeStageRollback
from crosscheck.clients import Clients
from crosscheck.ledger.card_queue import CardQueue
from crosscheck.ledger.table import Ledger
from crosscheck.registry.item import parse_item
from crosscheck.services.codepipeline.rollback import StageRollback

logger = Logger()


@cache
def _parts() -> tuple[RegionRollback, Conclusion]:
    clients = Clients()
    ledger, cards = Ledger.from_env(clients), CardQueue.from_env(clients)
    rollbacks = RollbackLog(ledger, cards, time.time)
    whole_stage = WholeStageRollback(clients, rollbacks, StageRollback())
    return RegionRollback(clients, rollbacks), Conclusion(ledger, cards, whole_stage, time.time)


@logger.inject_lambda_context
def handler(event: Mapping[str, Any], context: LambdaContext) -> Mapping[str, Any]:  # noqa: ARG001 - Lambda's signature
    """``{"holder", "take_back": item}``, ``{"holder", "conclude": {"subject", "regions", "results"}}`` or
    ``{"unplanned": <the state machine's input>}``; ``holder`` is the name of the state machine's execution."""
    taking_back, concluding = _parts()
    if "unplanned" in event:
        concluding.unplanned(event["unplanned"])
        logger.error("unplanned", subject=event["unplanned"]["subject"], stage=event["unplanned"].get("stage", ""))
        return {}
    if "take_back" in event:
        taken = taking_back.take(parse_item(event["take_back"]), event["holder"])
        logger.info("take back", region=event["take_back"]["region"], state=taken["state"])
        return taken
    concluded = concluding.conclude(event["conclude"], event["holder"])
    regions = {verdict: concluded[verdict] for verdict in ("passed", "failed", "unknown")}
    logger.info("concluded", subject=event["conclude"]["subject"], regions=regions)
    return concluded
