"""Entry point: what the state machine's Map gathered."""

from __future__ import annotations

import time
from functools import cache
from typing import TYPE_CHECKING, Any

from aws_lambda_powertools import Logger

from conclude_checks.concluding import Concluding
from crosscheck.card_queue import CardQueue
from crosscheck.clients import Clients
from crosscheck.ledger import Ledger

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aws_lambda_powertools.utilities.typing import LambdaContext

logger = Logger()


@cache
def _concluding() -> Concluding:
    clients = Clients()
    return Concluding(
        ledger=Ledger.from_env(clients),
        cards=CardQueue.from_env(clients),
        clock=time.time,
    )


@logger.inject_lambda_context
def handler(event: Mapping[str, Any], context: LambdaContext) -> Mapping[str, Any]:  # noqa: ARG001 - Lambda's signature
    """Conclude ``{"subject", "regions", "results"}``."""
    concluded = _concluding().conclude(event)
    logger.info("concluded", subject=event["subject"], regions=concluded)
    return concluded
