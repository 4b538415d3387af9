"""CodePipeline for the local account: the JSON 1.1 API, and an engine that really runs the pipelines."""

from local.codepipeline.service import CodePipeline

__all__ = ["CodePipeline"]
