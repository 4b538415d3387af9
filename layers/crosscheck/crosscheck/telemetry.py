"""What a function tells its operators: lines of its log, and counts of what they want an alarm on, in CloudWatch's
embedded metric format."""

import json
from functools import partial
from logging import LogRecord

from aws_lambda_powertools import Logger
from aws_lambda_powertools.metrics import MetricUnit, single_metric

from crosscheck.aws_errors import as_told
from crosscheck.settings import optional

NAMESPACE = "Crosscheck"


def function_logger() -> Logger:
    """The logger of a function: a JSON object in ASCII for each line, so that no text of others, whichever line
    separators and directions it holds, looks like another line or turns the rest of its own round. Of an error a line
    tells its class, its places and its causes, without the texts of others, which may quote anything.
    """
    logger = Logger(json_serializer=partial(json.dumps, default=str, separators=(",", ":")))
    logger.registered_handler.addFilter(_without_error_texts)  # the loggers below it write through its handler
    return logger


def _without_error_texts(record: LogRecord) -> bool:
    """Keep the line; of the error that it tells of, and of those behind it, only what may be told."""
    if isinstance(record.exc_info, tuple) and record.exc_info[1]:
        error = as_told(record.exc_info[1])
        record.exc_info = type(error), error, error.__traceback__
    return True


def count(metric: str, amount: int = 1) -> None:
    """Add to a metric of the namespace ``Crosscheck``, with the function's name as the dimension ``service``."""
    with single_metric(name=metric, unit=MetricUnit.Count, value=amount, namespace=NAMESPACE) as written:
        written.add_dimension("service", optional("POWERTOOLS_SERVICE_NAME", "crosscheck"))
