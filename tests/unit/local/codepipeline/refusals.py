"""Errors as the fakes of services answer with them."""

from botocore.exceptions import ClientError


def refusal(code: str, operation: str) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": code}}, operation)
