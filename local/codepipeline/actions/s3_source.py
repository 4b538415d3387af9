"""Source action S3: an object of a versioned bucket, recorded by its version."""

from typing import Any

from botocore.exceptions import ClientError

from local.codepipeline.actions.base import ActionContext, ActionKind, ActionResult
from local.codepipeline.declarations import ActionType
from local.codepipeline.errors import DENIED, ActionError, FailureType
from local.codepipeline.state import Revision
from local.console import s3_object_url


def _run(context: ActionContext) -> ActionResult:
    bucket = context.configuration["S3Bucket"]
    wanted = _wanted(context)
    _require_versioning(context, bucket)
    answer = _get(context, {"Bucket": bucket, **wanted})
    context.write_outputs(answer["Body"].read())
    version = answer["VersionId"]
    url = s3_object_url(context.region, bucket, wanted["Key"])
    summary = f"Amazon S3 version id: {version}"
    return ActionResult(
        external_id=version,
        url=url,
        summary=summary,
        revision=Revision(version, summary, url, answer["LastModified"].timestamp()),
        variables={
            "BucketName": bucket,
            "ObjectKey": wanted["Key"],
            "VersionId": version,
            "ETag": answer["ETag"].strip('"'),
        },
    )


def _wanted(context: ActionContext) -> dict[str, str]:
    key = context.configuration["S3ObjectKey"]
    override = context.execution.overrides.get(context.action.name)
    if override is None:
        return {"Key": key}
    if override.type == "S3_OBJECT_KEY":
        return {"Key": override.value}
    return {"Key": key, "VersionId": override.value}


def _require_versioning(context: ActionContext, bucket: str) -> None:
    try:
        status = context.client("s3").get_bucket_versioning(Bucket=bucket).get("Status")
    except ClientError as error:
        raise _unavailable(bucket, context.region, error) from error
    if status != "Enabled":
        raise ActionError(
            FailureType.CONFIGURATION,
            f"The source bucket {bucket} does not have versioning enabled. Enable versioning on the bucket.",
        )


def _get(context: ActionContext, request: dict[str, str]) -> Any:
    try:
        return context.client("s3").get_object(**request)
    except ClientError as error:
        raise _unavailable(f"{request['Bucket']}/{request['Key']}", context.region, error) from error


def _unavailable(what: str, region: str, error: ClientError) -> ActionError:
    text = f"The source s3://{what} in {region} is not available: {error.response['Error']['Message']}"
    denied = error.response["Error"]["Code"] in DENIED
    return ActionError(FailureType.PERMISSION if denied else FailureType.REVISION_UNAVAILABLE, text)


KIND = ActionKind(
    ActionType("Source", "AWS", "S3", "1"),
    required=frozenset({"S3Bucket", "S3ObjectKey"}),
    optional=frozenset({"PollForSourceChanges", "AllowOverrideForS3ObjectKey"}),
    inputs=(0, 0),
    outputs=(1, 1),
    run=_run,
)
