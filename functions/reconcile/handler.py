"""Entry point: the schedule, every two minutes. What one run does not get to, the next one does."""

import time
from collections.abc import Callable, Mapping
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from crosscheck.aws_errors import error_texts_left_out
from crosscheck.clients import Clients
from crosscheck.init_phase import made_at_init
from crosscheck.ledger.card_queue import CardQueue
from crosscheck.ledger.release_index import ReleaseIndex
from crosscheck.ledger.table import Ledger
from crosscheck.settings import optional, required
from crosscheck.telemetry import function_logger
from reconcile.pipeline_reader import PipelineReader
from reconcile.reconciler import EventQueue, Reconciler

logger = function_logger()

ENOUGH_MILLISECONDS = 60_000  # for one pipeline, even if some of its answers take long


def _regions(clients: Clients) -> tuple[str, ...]:
    listed = (part.strip() for part in optional("REGIONS").split(","))
    return tuple(dict.fromkeys(filter(None, (clients.home_region, *listed))))


@made_at_init
def _clients() -> Clients:
    clients = Clients()
    clients.prepare("dynamodb", "sqs")
    for region in _regions(clients):
        clients.client("codepipeline", region)
    return clients


def _reconciler(clock: Callable[[], float] = time.time) -> Reconciler:
    clients = _clients()
    return Reconciler(
        reader=PipelineReader(clients),
        ledger=Ledger.from_env(clients),
        index=ReleaseIndex.from_env(clients),
        events=EventQueue(clients.client("sqs"), required("EVENTS_QUEUE_URL")),
        cards=CardQueue.from_env(clients),
        regions=_regions(clients),
        clock=clock,
    )


@logger.inject_lambda_context
@error_texts_left_out
def handler(event: Mapping[str, Any], context: LambdaContext) -> dict[str, int]:  # noqa: ARG001 - Lambda's signature
    """``{"calls", "lost"}``: how often CodePipeline was asked, and how many events had been lost."""
    reconciler = _reconciler()
    lost = reconciler.run(lambda: context.get_remaining_time_in_millis() > ENOUGH_MILLISECONDS)
    return {"calls": reconciler.reader.calls, "lost": lost}
