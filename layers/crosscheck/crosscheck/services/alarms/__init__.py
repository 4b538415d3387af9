"""CloudWatch alarms: no alarm goes off since a release began."""

from crosscheck.contracts.service import Service
from crosscheck.services.alarms.check import Alarms

SERVICE = Service(checks=(Alarms(),))
