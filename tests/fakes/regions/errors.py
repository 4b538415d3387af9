"""AWS's refusals, as botocore raises them."""

from botocore.exceptions import ClientError


class Killed(BaseException):
    """The process was killed after a call; it makes no further ones."""


def refusal(code: str, message: str = "", operation: str = "", status: int = 400) -> ClientError:
    response = {"Error": {"Code": code, "Message": message or code}, "ResponseMetadata": {"HTTPStatusCode": status}}
    return ClientError(response, operation)  # type: ignore[arg-type]  # the metadata that nobody reads is left out
