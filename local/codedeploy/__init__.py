"""CodeDeploy for the local account: the JSON 1.1 API, with a synthetic fleet and blue/green task sets behind it."""

from local.codedeploy.service import CodeDeploy

__all__ = ["CodeDeploy"]
