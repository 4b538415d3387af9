"""CodeDeploy's operations, one module for each part of the API."""

from local.codedeploy.api.dispatch import Api

__all__ = ["Api"]
