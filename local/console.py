"""Links into the AWS console."""

from urllib.parse import quote

from local.regions import partition_of

_HOSTS = {
    "aws": "console.aws.amazon.com",
    "aws-cn": "console.amazonaws.cn",
    "aws-us-gov": "console.amazonaws-us-gov.com",
}


def _console(region: str) -> str:
    return f"https://{region}.{_HOSTS.get(partition_of(region), _HOSTS['aws'])}"


def s3_object_url(region: str, bucket: str, key: str) -> str:
    """An object in the S3 console."""
    return f"{_console(region)}/s3/object/{bucket}?region={region}&prefix={quote(key)}"


def commit_url(region: str, connection_arn: str, repository: str, commit: str) -> str:
    """CodePipeline's redirect to a commit at its Git provider."""
    return (
        f"{_console(region)}/codesuite/settings/connections/redirect?connectionArn={connection_arn}"
        f"&referenceType=COMMIT&FullRepositoryId={repository}&Commit={commit}"
    )


def build_url(region: str, account: str, project: str, build_id: str) -> str:
    """A build in the CodeBuild console."""
    build = quote(build_id, safe="")
    return f"{_console(region)}/codesuite/codebuild/{account}/projects/{project}/build/{build}/?region={region}"


def ecs_service_url(region: str, cluster: str, service: str) -> str:
    """A service's deployments in the ECS console."""
    return f"{_console(region)}/ecs/v2/clusters/{cluster}/services/{service}/deployments?region={region}"


def function_url(region: str, name: str) -> str:
    """A function in the Lambda console."""
    return f"{_console(region)}/lambda/home?region={region}#/functions/{name}"


def deployment_url(region: str, deployment_id: str) -> str:
    """A deployment in the CodeDeploy console."""
    return f"{_console(region)}/codesuite/codedeploy/deployments/{deployment_id}?region={region}"


def environment_url(region: str, application: str, environment_id: str) -> str:
    """An environment in the Elastic Beanstalk console."""
    named = f"applicationName={quote(application)}&environmentId={environment_id}"
    return f"{_console(region)}/elasticbeanstalk/home?region={region}#/environment/dashboard?{named}"


def stack_url(region: str, stack_id: str) -> str:
    """A stack in the CloudFormation console."""
    stack = quote(stack_id, safe="")
    return f"{_console(region)}/cloudformation/home?region={region}#/stacks/stackinfo?stackId={stack}"
