"""What CloudWatch metrics bring to Crosscheck."""

from crosscheck.contracts.service import Service
from crosscheck.services.metric.check import MetricCheck

SERVICE = Service(checks=(MetricCheck(),))
