"""What a region's page brings to Crosscheck."""

from crosscheck.contracts.service import Service
from crosscheck.services.http.check import Http

SERVICE = Service(checks=(Http(),))
