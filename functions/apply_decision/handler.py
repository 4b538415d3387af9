"""Entry point: a click from the decisions queue."""

import time
from collections.abc import Mapping
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from apply_decision.decide import DecisionMaker
from apply_decision.people import People
from apply_decision.pipeline_actions import PipelineActions
from apply_decision.rollback_requests import RollbackRequests
from crosscheck.aws_errors import error_texts_left_out
from crosscheck.clients import Clients
from crosscheck.decisions.approvers import parse_approvers
from crosscheck.decisions.click import parse_click
from crosscheck.decisions.response_url import is_slacks, tell
from crosscheck.decisions.slack_secret import SlackSecret
from crosscheck.init_phase import made_at_init
from crosscheck.ledger.card_queue import CardQueue
from crosscheck.ledger.table import Ledger
from crosscheck.settings import optional, required
from crosscheck.telemetry import function_logger
from crosscheck.web_trust import web_trust

logger = function_logger()


@made_at_init
def _decisions() -> DecisionMaker:
    clients = Clients()
    clients.prepare("codepipeline")
    web_trust()
    secret = SlackSecret(clients, required("SLACK_SECRET"))
    may_roll_back = required("ROLLBACK_MODE") != "off"
    machine = RollbackRequests(clients.client("stepfunctions"), required("STATE_MACHINE"))
    return DecisionMaker(
        ledger=Ledger.from_env(clients),
        cards=CardQueue.from_env(clients),
        people=People(secret, required("SLACK_API_URL"), parse_approvers(required("APPROVERS")), time.monotonic),
        pipelines=PipelineActions(clients),
        rollbacks=machine if may_roll_back else None,
        tell=_tell,
        clock=time.time,
    )


def _tell(url: str, text: str) -> None:
    if is_slacks(url, optional("CROSSCHECK_HOOKS_HOST")) and not tell(url, text):
        logger.warning("Slack did not take the answer to a click")


@logger.inject_lambda_context
@error_texts_left_out
def handler(event: Mapping[str, Any], context: LambdaContext) -> dict[str, Any]:  # noqa: ARG001 - Lambda's signature
    """Act on each click, in order; on the first that cannot be, give it and all behind it back to the queue."""
    records = event["Records"]
    for index, record in enumerate(records):
        try:
            _decisions().decide(parse_click(record["body"]))
        except Exception:  # the queue delivers it again, then keeps it in its dead-letter queue
            logger.exception("the click waits")
            return {"batchItemFailures": [{"itemIdentifier": each["messageId"]} for each in records[index:]]}
    return {"batchItemFailures": []}
