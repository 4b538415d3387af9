"""Deploy action S3: the files of the input artifact, or the artifact itself, become objects of a bucket.

Objects that an earlier release put there and this one does not have stay, as on AWS. Nothing runs in a bucket that
could turn unhealthy, and nothing restores its objects: ``unhealthy`` is ``healthy`` and ``rolled_back`` is ``fail``.
"""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from botocore.exceptions import ClientError

from local.codepipeline.actions.base import ActionContext, ActionKind, ActionResult
from local.codepipeline.declarations import ActionType
from local.codepipeline.errors import ActionError, FailureType
from local.outcomes import Outcome

PROVIDER = "S3"
KEY = ("Deploy", "AWS", PROVIDER)
POLL_SECONDS = 15
# The user guide's tutorial archives under such keys; how the time is written is not documented.
DATETIME = "{datetime}"
_WRITTEN = "%Y-%m-%d_%H-%M-%S"

_HEADERS = {"CannedACL": "ACL", "CacheControl": "CacheControl", "KMSEncryptionKeyARN": "SSEKMSKeyId"}


def _run(context: ActionContext) -> ActionResult:
    bucket = context.configuration["BucketName"]
    outcome = context.outcome(PROVIDER, bucket)
    objects = dict(_objects(context))
    if outcome in {Outcome.FAIL, Outcome.ROLLED_BACK}:
        raise ActionError(FailureType.JOB_FAILED, f"The deployment to the bucket {bucket} failed.")
    while outcome is Outcome.HANG:
        context.pause(POLL_SECONDS)
    headers = _headers(context.configuration)
    for key, body in objects.items():
        context.check()
        _put(context, {"Bucket": bucket, "Key": key, "Body": body, **headers})
    return ActionResult(summary="Deployment Succeeded")


def _objects(context: ActionContext) -> Iterator[tuple[str, bytes]]:
    """What is uploaded, by key."""
    artifact, key = context.inputs[0], _key(context)
    if _extracts(context.configuration):
        folder = f"{key.rstrip('/')}/" if key else ""
        yield from ((folder + path, body) for path, body in context.files(artifact).items())
    elif key:
        yield key, context.read(artifact)
    else:
        raise ActionError(FailureType.CONFIGURATION, "The action configuration ObjectKey is required without Extract.")


def _key(context: ActionContext) -> str:
    now = datetime.fromtimestamp(context.tools.clock.now(), UTC)
    return context.configuration.get("ObjectKey", "").replace(DATETIME, now.strftime(_WRITTEN))


def _extracts(configuration: Mapping[str, str]) -> bool:
    match configuration["Extract"].lower():
        case "true":
            return True
        case "false":
            return False
        case other:
            raise ActionError(FailureType.CONFIGURATION, f"The action configuration Extract must not be {other!r}.")


def _headers(configuration: Mapping[str, str]) -> dict[str, str]:
    headers = {header: configuration[name] for name, header in _HEADERS.items() if name in configuration}
    return headers | ({"ServerSideEncryption": "aws:kms"} if "SSEKMSKeyId" in headers else {})


def _put(context: ActionContext, request: Mapping[str, Any]) -> None:
    try:
        context.client("s3").put_object(**request)
    except ClientError as error:
        if error.response["Error"]["Code"] != "NoSuchBucket":
            raise
        text = f"The bucket {request['Bucket']} does not exist in {context.region}."
        raise ActionError(FailureType.CONFIGURATION, text) from error


KIND = ActionKind(
    ActionType(*KEY, "1"),
    required=frozenset({"BucketName", "Extract"}),
    optional=frozenset({"ObjectKey", *_HEADERS}),
    inputs=(1, 1),
    outputs=(0, 0),
    run=_run,
)
