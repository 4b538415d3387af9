"""Entry point: a request to the Function URL. Anybody may send one, and Slack waits three seconds for the answer."""

import os
import time
from collections.abc import Mapping
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext
from botocore.config import Config

from crosscheck.aws_errors import error_texts_left_out
from crosscheck.clients import CONFIG, Clients
from crosscheck.decisions.approvers import parse_approvers
from crosscheck.decisions.queue import DecisionQueue
from crosscheck.decisions.slack_secret import SlackSecret
from crosscheck.init_phase import made_at_init
from crosscheck.ledger.table import Ledger
from crosscheck.settings import optional, required
from crosscheck.telemetry import function_logger
from crosscheck.web_trust import web_trust
from handle_interaction.interactions import Interactions

logger = function_logger()

# Within the three seconds: what does not answer at once is worth one more try.
QUICK = CONFIG.merge(Config(connect_timeout=1, read_timeout=1, retries={"mode": "standard", "total_max_attempts": 2}))


@made_at_init
def _interactions() -> Interactions:
    clients = Clients(config=QUICK)
    web_trust()
    return Interactions(
        secret=SlackSecret(clients, required("SLACK_SECRET")),
        decisions=DecisionQueue.from_env(clients),
        ledger=Ledger.from_env(clients),
        approvers=parse_approvers(optional("APPROVERS")),
        api_url=required("SLACK_API_URL"),
        local_host=os.environ.get("CROSSCHECK_HOOKS_HOST", ""),
        clock=time.time,
    )


@logger.inject_lambda_context(log_event=False)  # it holds what people wrote, and a signature
@error_texts_left_out
def handler(event: Mapping[str, Any], context: LambdaContext) -> dict[str, Any]:  # noqa: ARG001 - Lambda's signature
    """Answer one request of Slack's, in the payload format 2.0 of Function URLs."""
    return _interactions().answer(event)
