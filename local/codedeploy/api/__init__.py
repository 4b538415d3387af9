"""CodeDeploy's operations, one module for each part of the API."""

from local.codedeploy.api.call import Call
from local.codedeploy.api.operations import OPERATIONS

__all__ = ["OPERATIONS", "Call"]
