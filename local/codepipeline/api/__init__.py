"""CodePipeline's operations, one module for each part of the API."""

from local.codepipeline.api.call import Call
from local.codepipeline.api.operations import OPERATIONS

__all__ = ["OPERATIONS", "Call"]
