"""A custom resource's request, as CloudFormation sends it to a Lambda function:
https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/crpg-ref-requests.html
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from crosscheck.errors import ConfigurationError, UnreadableEventError


class RequestType(StrEnum):
    """What CloudFormation wants done."""

    CREATE = "Create"
    UPDATE = "Update"
    DELETE = "Delete"


@dataclass(frozen=True)
class Request:
    """One request. ``repr`` leaves out the response URL, because whoever has it can answer."""

    type: str
    resource_type: str
    stack_id: str
    request_id: str
    logical_id: str
    response_url: str = field(repr=False)
    properties: Mapping[str, object] = field(repr=False)

    @property
    def stack_name(self) -> str:
        """The name in ``arn:<partition>:cloudformation:<region>:<account>:stack/<name>/<uuid>``."""
        parts = self.stack_id.split("/")
        return parts[1] if len(parts) > 1 else ""

    @property
    def stack_account(self) -> str:
        """The account in the stack's id."""
        parts = self.stack_id.split(":")
        return parts[4] if len(parts) > 4 else ""  # noqa: PLR2004 - the fifth field of an ARN


def read_request(event: Mapping[str, object]) -> Request:
    """Read an event. Only the response URL is required, because nobody can be answered without it.

    Raises:
        UnreadableEventError: the event has no response URL.
    """

    def text(name: str) -> str:
        value = event.get(name)
        return value if isinstance(value, str) else ""

    properties = event.get("ResourceProperties")
    if not text("ResponseURL"):
        raise UnreadableEventError("no ResponseURL: this is not a custom resource's request")
    return Request(
        type=text("RequestType"),
        resource_type=text("ResourceType"),
        stack_id=text("StackId"),
        request_id=text("RequestId"),
        logical_id=text("LogicalResourceId"),
        response_url=text("ResponseURL"),
        properties=properties if isinstance(properties, dict) else {},
    )


def request_type(request: Request) -> RequestType:
    """The request's type.

    Raises:
        ConfigurationError: CloudFormation knows no such type.
    """
    try:
        return RequestType(request.type)
    except ValueError:
        raise ConfigurationError(f"unknown RequestType {request.type[:40]!r}") from None
