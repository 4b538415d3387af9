"""Why AWS refused, in words that name the region and keep AWS's own."""

from botocore.exceptions import BotoCoreError, ClientError

from crosscheck.errors import CrosscheckError
from provision_regions.retry import code_of, is_denied

# What a region that is not enabled answers; it looks like bad credentials.
NOT_ENABLED = frozenset(
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


def is_not_enabled(error: Exception) -> bool:
    """Whether the region, not the right, is what is missing."""
    return isinstance(error, ClientError) and code_of(error) in NOT_ENABLED


def describe(region: str, error: Exception) -> str:
    """One sentence for the stack's events.

    AWS's message is kept whole: "with an explicit deny in a service control policy" stands at its end.
    """
    if isinstance(error, CrosscheckError):
        return f"{region}: {error}"
    if not isinstance(error, ClientError):
        kind = "could not be reached" if isinstance(error, BotoCoreError) else "failed"
        return f"{region}: {kind}: {type(error).__name__}: {error}"
    said = f"{error.operation_name}: {code_of(error)}: {error.response.get('Error', {}).get('Message', '')}"
    if code_of(error) in NOT_ENABLED:
        return f"{region}: the region is not enabled for this account (Account settings, AWS Regions). {said}"
    return f"{region}: {'denied' if is_denied(error) else 'refused'}: {said}"
