"""Links to deployments and stacks in the AWS console."""

from urllib.parse import quote

from local.codepipeline.partitions import partition_of

_CONSOLES = {"aws-cn": "console.amazonaws.cn", "aws-us-gov": "console.amazonaws-us-gov.com"}


def _console(region: str) -> str:
    return f"https://{region}.{_CONSOLES.get(partition_of(region), 'console.aws.amazon.com')}"


def deployment_url(region: str, deployment_id: str) -> str:
    """A deployment in the CodeDeploy console."""
    return f"{_console(region)}/codesuite/codedeploy/deployments/{deployment_id}?region={region}"


def stack_url(region: str, stack_id: str) -> str:
    """A stack in the CloudFormation console."""
    stack = quote(stack_id, safe="")
    return f"{_console(region)}/cloudformation/home?region={region}#/stacks/stackinfo?stackId={stack}"
