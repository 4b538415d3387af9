"""What the times of the week bring to Crosscheck."""

from crosscheck.contracts.service import Service
from crosscheck.services.window.check import WindowCheck

SERVICE = Service(checks=(WindowCheck(),))
