"""Describes the error of one region for the events of the stack."""

from botocore.exceptions import BotoCoreError, ClientError

from crosscheck.aws_errors import code, denied, message, region_not_enabled
from crosscheck.errors import CrosscheckError


def describe(region: str, error: Exception) -> str:
    """One sentence with the region's name.

    It quotes AWS's message to its end, because "with an explicit deny in a service control policy" stands there.
    """
    if isinstance(error, CrosscheckError):
        return f"{region}: {error}"
    if not isinstance(error, ClientError):
        kind = "could not be reached" if isinstance(error, BotoCoreError) else "failed"
        return f"{region}: {kind}: {type(error).__name__}: {error}"
    said = f"{error.operation_name}: {code(error)}: {message(error)}"
    if region_not_enabled(error):
        return f"{region}: the region is not enabled for this account (Account settings, AWS Regions). {said}"
    return f"{region}: {'denied' if denied(error) else 'refused'}: {said}"
