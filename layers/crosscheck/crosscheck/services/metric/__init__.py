"""A CloudWatch metric, before and after a release."""

from crosscheck.contracts.service import Service
from crosscheck.services.metric.check import MetricCheck

SERVICE = Service(checks=(MetricCheck(),))
