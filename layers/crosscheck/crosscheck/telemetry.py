"""What a function tells its operators: lines of its log, and counts of what they want an alarm on, in CloudWatch's
embedded metric format."""

import json
from functools import partial

from aws_lambda_powertools import Logger
from aws_lambda_powertools.metrics import MetricUnit, single_metric

from crosscheck.settings import optional

NAMESPACE = "Crosscheck"


def function_logger() -> Logger:
    """The logger of a function: a JSON object in ASCII for each line, so that no text of others, whichever line
    separators and directions it holds, looks like another line or turns the rest of its own round."""
    return Logger(json_serializer=partial(json.dumps, default=str, separators=(",", ":")))


def count(metric: str, amount: int = 1) -> None:
    """Add to a metric of the namespace ``Crosscheck``, with the function's name as the dimension ``service``."""
    with single_metric(name=metric, unit=MetricUnit.Count, value=amount, namespace=NAMESPACE) as written:
        written.add_dimension("service", optional("POWERTOOLS_SERVICE_NAME", "crosscheck"))
