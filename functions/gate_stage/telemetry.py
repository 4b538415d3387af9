"""The gate's log and metrics."""

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit

logger = Logger()
metrics = Metrics(namespace="Crosscheck")


def count(name: str) -> None:
    """Add one to a metric."""
    metrics.add_metric(name, MetricUnit.Count, 1)
