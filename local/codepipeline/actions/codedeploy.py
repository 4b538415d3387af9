"""Deploy action CodeDeploy: the input artifact, in the store of the action's region, becomes a revision."""

from typing import Any

from botocore.exceptions import ClientError

from local.codepipeline.actions.base import ActionContext, ActionKind, ActionResult
from local.codepipeline.actions.codedeploy_deployment import deploy
from local.codepipeline.declarations import ActionType
from local.codepipeline.errors import ActionError, FailureType

PROVIDER = "CodeDeploy"
KEY = ("Deploy", "AWS", PROVIDER)


def _run(context: ActionContext) -> ActionResult:
    return deploy(context, PROVIDER, {"revisionType": "S3", "s3Location": _location(context)})


def _location(context: ActionContext) -> dict[str, Any]:
    location = context.inputs[0].locations[context.region]
    try:
        found = context.client("s3").head_object(Bucket=location.bucket, Key=location.key)
    except ClientError as error:
        text = f"Unable to read the artifact s3://{location.bucket}/{location.key} in {location.region}: {error}"
        raise ActionError(FailureType.PERMISSION, text) from error
    version = {"version": found["VersionId"]} if found.get("VersionId") else {}
    named = {"bucket": location.bucket, "key": location.key, "bundleType": "zip"}
    return {**named, **version, "eTag": found["ETag"].strip('"')}


KIND = ActionKind(
    ActionType(*KEY, "1"),
    required=frozenset({"ApplicationName", "DeploymentGroupName"}),
    optional=frozenset(),
    inputs=(1, 1),
    outputs=(0, 0),
    run=_run,
)
