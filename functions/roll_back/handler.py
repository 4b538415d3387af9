"""Entry point: one region that failed, or one stage that can only be rolled back as a whole."""

import time
from collections.abc import Mapping
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from crosscheck.aws_errors import error_texts_left_out
from crosscheck.clients import Clients
from crosscheck.init_phase import made_at_init
from crosscheck.ledger.card_queue import CardQueue
from crosscheck.ledger.table import Ledger
from crosscheck.services.codepipeline.rollback import StageRollback
from crosscheck.telemetry import function_logger
from crosscheck.verification.item import Purpose, parse_item
from roll_back.log import RollbackLog
from roll_back.region_rollback import RegionRollback
from roll_back.stage_rollback import WholeStageRollback

logger = function_logger()


@made_at_init
def _rollbacks() -> tuple[RegionRollback, WholeStageRollback]:
    clients = Clients()
    log = RollbackLog(Ledger.from_env(clients), CardQueue.from_env(clients), time.time)
    return RegionRollback(clients, log), WholeStageRollback(clients, log, StageRollback())


@logger.inject_lambda_context
@error_texts_left_out
def handler(event: Mapping[str, Any], context: LambdaContext) -> Mapping[str, Any]:  # noqa: ARG001 - Lambda's signature
    """``{"holder", "item"}``; ``holder`` is the name of the state machine's execution."""
    of_region, of_stage = _rollbacks()
    item = parse_item(event["item"])
    rollback = of_stage if item.purpose is Purpose.WHOLE_STAGE else of_region
    answer = rollback.run(item, event["holder"])
    logger.info("roll back", stage=item.stage, region=item.region, state=answer["state"])
    return answer
