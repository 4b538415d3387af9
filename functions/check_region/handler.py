"""Entry point: one region of the state machine's Map."""

import time
from collections.abc import Mapping
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from check_region.region_check import RegionCheck
from crosscheck.aws_errors import error_texts_left_out
from crosscheck.clients import Clients
from crosscheck.init_phase import made_at_init
from crosscheck.ledger.card_queue import CardQueue
from crosscheck.ledger.table import Ledger
from crosscheck.telemetry import function_logger
from crosscheck.verification.item import parse_item

logger = function_logger()


@made_at_init
def _looking() -> RegionCheck:
    clients = Clients()
    return RegionCheck(
        clients=clients,
        ledger=Ledger.from_env(clients),
        cards=CardQueue.from_env(clients),
        clock=time.time,
    )


@logger.inject_lambda_context
@error_texts_left_out
def handler(event: Mapping[str, Any], context: LambdaContext) -> Mapping[str, Any]:  # noqa: ARG001 - Lambda's signature
    """Look at one item; the answer says whether and when to look again."""
    return _looking().look(parse_item(event))
