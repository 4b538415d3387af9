"""What AWS refused to tell, with the right that would have been needed."""

from botocore.exceptions import BotoCoreError, ClientError

from crosscheck.aws_errors import denied, explain

# S3 names some rights otherwise than the calls that need them.
_RIGHTS = {
    "DescribeKey": "kms:DescribeKey",
    "DescribeRegistry": "ecr:DescribeRegistry",
    "DescribeServices": "ecs:DescribeServices",
    "DescribeTaskDefinition": "ecs:DescribeTaskDefinition",
    "GetBucketEncryption": "s3:GetEncryptionConfiguration",
    "GetBucketLocation": "s3:GetBucketLocation",
    "GetBucketVersioning": "s3:GetBucketVersioning",
    "GetDeploymentGroup": "codedeploy:GetDeploymentGroup",
    "ListObjectsV2": "s3:ListBucket",
}


def refusal(error: ClientError | BotoCoreError, region: str, resource: str) -> str:
    """One clause as ``problems.explain`` writes it; for a denial also the right that Crosscheck lacks, and on what."""
    told = explain(error, region)
    right = _RIGHTS.get(getattr(error, "operation_name", ""), "")
    return f"{told} (Crosscheck needs {right} on {resource})" if right and denied(error) else told
