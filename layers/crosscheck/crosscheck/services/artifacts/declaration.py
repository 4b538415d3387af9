"""What the artifacts of an execution bring to Crosscheck."""

from crosscheck.contracts.service import Service
from crosscheck.services.artifacts.parity_check import SourceParity

SERVICE = Service(internal_checks=(SourceParity(),))
