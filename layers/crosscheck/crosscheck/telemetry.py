"""Counting what an operator wants an alarm on, in CloudWatch's embedded metric format."""

from aws_lambda_powertools.metrics import MetricUnit, single_metric

from crosscheck.settings import optional

NAMESPACE = "Crosscheck"


def count(metric: str, amount: int = 1) -> None:
    """Add to a metric of the namespace ``Crosscheck``, with the function's name as the dimension ``service``."""
    with single_metric(name=metric, unit=MetricUnit.Count, value=amount, namespace=NAMESPACE) as written:
        written.add_dimension("service", optional("POWERTOOLS_SERVICE_NAME", "crosscheck"))
