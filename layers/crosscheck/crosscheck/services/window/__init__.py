"""The times of the week at which a region may be changed."""

from crosscheck.contracts.service import Service
from crosscheck.services.window.check import WindowCheck

SERVICE = Service(checks=(WindowCheck(),))
