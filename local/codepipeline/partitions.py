"""Partitions of regions, and links into their consoles."""

import functools
from urllib.parse import quote

import botocore.session
from botocore.exceptions import UnknownRegionError

_CONSOLES = {
    "aws": "console.aws.amazon.com",
    "aws-cn": "console.amazonaws.cn",
    "aws-us-gov": "console.amazonaws-us-gov.com",
}


@functools.cache
def _known_partition(region: str) -> str | None:
    try:
        return str(_session().get_partition_for_region(region))
    except UnknownRegionError:
        return None


@functools.cache
def _session() -> botocore.session.Session:
    return botocore.session.get_session()


def partition_of(region: str) -> str:
    """The region's partition; ``aws`` for a region that botocore does not know."""
    return _known_partition(region) or "aws"


def is_region(region: str) -> bool:
    """Whether AWS has a region of that name, as far as botocore's data goes."""
    return _known_partition(region) is not None


def _console(region: str) -> str:
    return f"https://{region}.{_CONSOLES.get(partition_of(region), _CONSOLES['aws'])}"


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
