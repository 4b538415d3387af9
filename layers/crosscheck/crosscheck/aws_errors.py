"""What AWS refused or did not answer, in words: the one place that reads boto3's errors."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps

from botocore.exceptions import BotoCoreError, ClientError, ParamValidationError, ValidationError

from crosscheck.errors import CrosscheckError

AWS_ERRORS = (ClientError, BotoCoreError)
_DENIALS = frozenset({"AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "403"})
# What is asked is wrong in itself: a table's key, a parameter, a region's name.
_WRONG = frozenset({"InvalidParameterValue", "SerializationException", "ValidationError", "ValidationException"})
# The rights behind the operations of the preflight. An error does not name its service, and S3's rights have names of
# their own.
_RIGHTS = {
    "DescribeKey": "kms:DescribeKey",
    "DescribeRegistry": "ecr:DescribeRegistry",
    "DescribeServices": "ecs:DescribeServices",
    "DescribeTaskDefinition": "ecs:DescribeTaskDefinition",
    "GetBucketEncryption": "s3:GetEncryptionConfiguration",
    "GetBucketLocation": "s3:GetBucketLocation",
    "GetBucketPolicy": "s3:GetBucketPolicy",
    "GetBucketVersioning": "s3:GetBucketVersioning",
    "GetDeploymentGroup": "codedeploy:GetDeploymentGroup",
    "GetKeyPolicy": "kms:GetKeyPolicy",
    "ListObjectsV2": "s3:ListBucket",
}
# A region that is not enabled for the account answers as if the credentials were wrong.
_NOT_ENABLED = frozenset(
    {
        "AuthFailure",
        "IllegalLocationConstraintException",
        "InvalidAccessKeyId",
        "InvalidClientTokenId",
        "InvalidToken",
        "OptInRequired",
        "UnrecognizedClientException",
    }
)


def code(error: ClientError | BotoCoreError) -> str:
    """AWS's error code; for what never reached AWS, the name of botocore's error."""
    if isinstance(error, ClientError):
        return error.response.get("Error", {}).get("Code", "Unknown")
    return type(error).__name__


def denied(error: ClientError | BotoCoreError) -> bool:
    """Whether a right is missing."""
    return code(error) in _DENIALS


def never_passes(error: ClientError | BotoCoreError) -> bool:
    """Whether the same question gets the same refusal for ever: no outage ends it, and no right that somebody adds."""
    if isinstance(error, ClientError):
        return code(error) in _WRONG
    return isinstance(error, ParamValidationError | ValidationError)


def region_not_enabled(error: Exception) -> bool:
    """Whether the call was refused because the account has not enabled the region."""
    return isinstance(error, ClientError) and code(error) in _NOT_ENABLED


@contextmanager
def ignoring(*codes: str) -> Iterator[None]:
    """Leave the block at a refusal with one of these codes, as if it had ended; every other one is raised."""
    try:
        yield
    except ClientError as error:
        if code(error) not in codes:
            raise


def message(error: ClientError) -> str:
    """AWS's own text, which may quote names and values of users."""
    return error.response.get("Error", {}).get("Message", "")


def explain(error: ClientError | BotoCoreError, region: str) -> str:
    """One clause: what was asked, where, and the error code. AWS's own text stays out: it may quote anything."""
    if isinstance(error, ClientError):
        return f"{error.operation_name} in {region} was refused: {code(error)}"
    return f"no answer from {region}: {code(error)}"


def explain_with_right(error: ClientError | BotoCoreError, region: str, resource: str) -> str:
    """One clause as ``explain`` writes it; for a denial also the right that Crosscheck lacks, and on which resource."""
    reason = explain(error, region)
    if not isinstance(error, ClientError) or not denied(error) or error.operation_name not in _RIGHTS:
        return reason
    return f"{reason} (Crosscheck needs {_RIGHTS[error.operation_name]} on {resource})"


def told(error: BaseException) -> str:
    """What may be told of an error: its text only if that is Crosscheck's own, as any other may quote a value. By the
    id of AWS's request CloudTrail has AWS's whole text.
    """
    if isinstance(error, CrosscheckError):
        return str(error)
    if isinstance(error, ClientError):
        request = error.response.get("ResponseMetadata", {}).get("RequestId", "unknown")
        return f"{error.operation_name} was refused: {code(error)}, request {request}"
    return "its text is left out, as it may quote anything"


def as_told(error: BaseException) -> Exception:
    """An error with the class's name, the places and the causes of this one, and only what may be told of each."""
    cause = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    named = type(type(error).__name__, (Exception,), {"__module__": type(error).__module__})
    copy: Exception = named(told(error)).with_traceback(error.__traceback__)
    copy.__cause__ = as_told(cause) if cause else None
    return copy


def error_texts_left_out[**P, R](handler: Callable[P, R]) -> Callable[P, R]:
    """A function's handler. Of an error that ends it only that is left which may be told: Lambda logs it, and the state
    machine keeps it.
    """

    @wraps(handler)
    def handled(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return handler(*args, **kwargs)
        except CrosscheckError:
            raise
        except Exception as error:
            raise as_told(error) from None

    return handled
