"""Says why AWS takes no policy that has other people's statements beside ours, and what to do about it."""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from botocore.exceptions import ClientError

from crosscheck.aws_errors import code, message
from crosscheck.errors import CrosscheckError

# AWS shows a role or a user that was deleted by its id, and takes no policy that names one:
# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
PRINCIPAL_ID = re.compile("A[A-Z0-9]{15,}")
REFUSALS = frozenset({"MalformedPolicy", "MalformedPolicyDocumentException"})


class RefusedPolicyError(CrosscheckError):
    """AWS takes no policy with our statements beside other people's. It was left as it is."""


@contextmanager
def explaining_refusals(what: str, policy: Mapping[str, Any]) -> Iterator[None]:
    """Name what the policy has of principals that were deleted, if AWS refuses it in the block.

    Other people's statements are theirs to mend: what a statement denies must not be lost without a word.

    Raises:
        RefusedPolicyError: AWS takes no such policy.
    """
    try:
        yield
    except ClientError as error:
        if code(error) not in REFUSALS:
            raise
        said = f"the policy of {what} was refused, and left as it is: {code(error)}: {message(error)}"
        gone = ", ".join(deleted_principals(policy))
        mend = f". It names {gone}, as AWS shows a role or user that was deleted: take that out of it, and try again"
        raise RefusedPolicyError(said + (mend if gone else "")) from error


def deleted_principals(policy: Mapping[str, Any]) -> list[str]:
    """The ids of roles and users that the policy's statements name in place of ARNs."""
    named = [entry.get(element) for entry in policy["Statement"] for element in ("Principal", "NotPrincipal")]
    values = [each.get("AWS", []) for each in named if isinstance(each, dict)]
    principals = {each for value in values for each in ([value] if isinstance(value, str) else value)}
    return sorted(filter(PRINCIPAL_ID.fullmatch, principals))
