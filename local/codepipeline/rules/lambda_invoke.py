"""Rule LambdaInvoke: a job for a function, as the Lambda action makes one; the function's failure fails the rule."""

from dataclasses import replace

from local.codepipeline.actions import lambda_invoke
from local.codepipeline.declarations import RULE, ActionType

KIND = replace(lambda_invoke.KIND, type=ActionType(RULE, "AWS", "LambdaInvoke", "1"), outputs=(0, 0))
