"""Entry point: a dashboard draws its widget, or somebody clicked in it."""

import time
from collections.abc import Mapping
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from crosscheck.aws_errors import error_texts_left_out
from crosscheck.clients import Clients
from crosscheck.init_phase import made_at_init
from crosscheck.ledger.release_index import ReleaseIndex
from crosscheck.ledger.table import Ledger
from crosscheck.telemetry import function_logger
from render_widget.board import BoardReader
from render_widget.widget import ReleaseWidget

logger = function_logger()


@made_at_init
def _reader() -> BoardReader:
    clients = Clients()
    return BoardReader(Ledger.from_env(clients), ReleaseIndex.from_env(clients), time.time)


@logger.inject_lambda_context
@error_texts_left_out
def handler(event: Mapping[str, Any], context: LambdaContext) -> str:
    """The widget's HTML, or to ``describe`` its documentation."""
    return ReleaseWidget(_reader(), context.invoked_function_arn).answer(event)
