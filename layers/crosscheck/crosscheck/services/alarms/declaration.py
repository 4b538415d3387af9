"""What CloudWatch alarms bring to Crosscheck."""

from crosscheck.contracts.service import Service
from crosscheck.services.alarms.check import Alarms

SERVICE = Service(checks=(Alarms(),))
