"""The artifacts of an execution: zips in S3, read in parts."""

from crosscheck.contracts.service import Service
from crosscheck.services.artifacts.parity_check import SourceParity

SERVICE = Service(internal_checks=(SourceParity(),))
