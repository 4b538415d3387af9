"""CodePipeline's operations, one module for each part of the API."""

from local.codepipeline.api.dispatch import Api

__all__ = ["Api"]
