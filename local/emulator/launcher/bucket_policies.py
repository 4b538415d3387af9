"""What a bucket's policy denies, for every caller: ministack asks it only where it enforces IAM, and never of the
account's root. https://docs.aws.amazon.com/AmazonS3/latest/userguide/example-bucket-policies.html
"""

from typing import Any

from ministack.core import iam_actions, iam_evaluator, responses
from ministack.services import s3

# Whoever owns the account can always mend a policy that locks everybody out.
_MENDING = frozenset({"GetBucketPolicy", "PutBucketPolicy", "DeleteBucketPolicy"})


def install() -> None:
    """Refuse what a bucket's policy denies. Batch deletions and form uploads are not looked at."""
    dispatch = s3._dispatch  # noqa: SLF001 - ministack offers no public name

    def dispatch_if_not_denied(method: str, bucket: str, key: str, headers: Any, body: bytes, query: Any) -> Any:
        action = iam_actions._s3_action(method, f"/{bucket}/{key}", query) if bucket else None  # noqa: SLF001
        arn = f"arn:aws:s3:::{bucket}/{key}" if key else f"arn:aws:s3:::{bucket}"
        if action and action not in _MENDING and _denies(arn, f"s3:{action}"):
            message = (
                f"User: {iam_evaluator.caller_arn()} is not authorized to perform: s3:{action} on resource: "
                f'"{arn}" with an explicit deny in a resource-based policy'
            )
            return s3._error("AccessDenied", message, 403, f"/{bucket}/{key}")  # noqa: SLF001
        return dispatch(method, bucket, key, headers, body, query)

    s3._dispatch = dispatch_if_not_denied  # noqa: SLF001


def _denies(arn: str, action: str) -> bool:
    policy = s3.bucket_policy_for_arn(arn)
    if not policy or not policy[0]:
        return False
    caller = iam_evaluator.EvalContext(
        principal_arn=iam_evaluator.caller_arn(),
        principal_type="Root",
        principal_account=responses.get_account_id(),
        action=action,
        resource_arn=arn,
        region=responses.get_region(),
    )
    return bool(iam_evaluator.evaluate_resource_policy(policy[0], caller).decision == "Deny")
