"""The codes of the errors that an operation of AWS's may answer: botocore's models have most of them, AWS's documents
the rest. A fake that answers another one is wrong, and so is a test that makes it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from botocore.model import OperationModel

# Any operation of any service: https://docs.aws.amazon.com/STS/latest/APIReference/CommonErrors.html, and Throttling as
# the services of the query protocol write it (botocore.retries.standard.ThrottledRetryableChecker).
OF_ALL_SERVICES = {
    "AccessDeniedException",
    "InternalFailure",
    "InvalidClientTokenId",
    "Throttling",
    "ThrottlingException",
    "UnrecognizedClientException",
    "ValidationError",
    "ValidationException",
}
# Of a service's any operation, or of one: what is documented and not modelled.
DOCUMENTED: dict[tuple[str, str], set[str]] = {
    # https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
    ("s3", ""): {
        "AccessDenied",
        "InternalError",
        "InvalidArgument",
        "InvalidToken",
        "MalformedXML",
        "NoSuchBucket",
        "OperationAborted",
        "PermanentRedirect",
        "SlowDown",
    },
    ("s3", "CreateBucket"): {"IllegalLocationConstraintException", "InvalidBucketName"},
    ("s3", "DeleteBucket"): {"BucketNotEmpty"},
    ("s3", "GetBucketEncryption"): {"ServerSideEncryptionConfigurationNotFoundError"},
    ("s3", "GetBucketLifecycleConfiguration"): {"NoSuchLifecycleConfiguration"},
    ("s3", "GetBucketPolicy"): {"NoSuchBucketPolicy"},
    ("s3", "GetBucketTagging"): {"NoSuchTagSet"},
    ("s3", "PutBucketPolicy"): {"MalformedPolicy"},
    # https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/troubleshooting.html
    ("cloudformation", ""): {"AccessDenied"},
    # https://docs.aws.amazon.com/codepipeline/latest/APIReference/CommonErrors.html
    ("codepipeline", ""): {"InvalidParameterValue"},
    # https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html
    ("ec2", ""): {"InvalidParameterValue", "UnauthorizedOperation"},
    # https://docs.aws.amazon.com/elasticbeanstalk/latest/api/CommonErrors.html
    ("elasticbeanstalk", ""): {"InvalidParameterValue"},
}


def known_errors(model: OperationModel) -> set[str]:
    """The codes, as an answer has them and as clients name their classes."""
    service = model.service_model.service_name
    documented = DOCUMENTED.get((service, ""), set()) | DOCUMENTED.get((service, model.name), set())
    return modelled_errors(model) | OF_ALL_SERVICES | documented


def modelled_errors(model: OperationModel) -> set[str]:
    """Those that botocore's model of the operation has."""
    shapes: list[Any] = list(model.error_shapes)
    return {name for shape in shapes for name in (shape.name, shape.error_code)}


def assert_known(model: OperationModel, code: str) -> None:
    """An error that the operation cannot answer is the fake's own mistake, which no code under test may take for a
    refusal."""
    known = known_errors(model)
    if code not in known:
        raise AssertionError(f"{model.name} knows no {code}, only {sorted(known)}")
