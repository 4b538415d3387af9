"""Entry point: what the state machine's Map gathered, or what could not be planned."""

import time
from collections.abc import Mapping
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from conclude_checks.conclude import Conclusion
from crosscheck.aws_errors import error_texts_left_out
from crosscheck.clients import Clients
from crosscheck.init_phase import made_at_init
from crosscheck.ledger.card_queue import CardQueue
from crosscheck.ledger.table import Ledger
from crosscheck.telemetry import function_logger

logger = function_logger()


@made_at_init
def _conclusion() -> Conclusion:
    clients = Clients()
    return Conclusion(Ledger.from_env(clients), CardQueue.from_env(clients), time.time)


@logger.inject_lambda_context
@error_texts_left_out
def handler(event: Mapping[str, Any], context: LambdaContext) -> Mapping[str, Any]:  # noqa: ARG001 - Lambda's signature
    """``{"conclude": {"subject", "regions", "results"}}`` or ``{"unplanned": <the state machine's input>}``."""
    if "unplanned" in event:
        _conclusion().unplanned(event["unplanned"])
        logger.error("unplanned", subject=event["unplanned"]["subject"], stage=event["unplanned"].get("stage", ""))
        return {}
    concluded = _conclusion().conclude(event["conclude"])
    regions = {verdict: concluded[verdict] for verdict in ("passed", "failed", "unknown")}
    logger.info("concluded", subject=event["conclude"]["subject"], regions=regions)
    return concluded
