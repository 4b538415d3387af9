"""A custom resource's request, as CloudFormation sends it to a Lambda function, and the answer to it, which is never
larger than the 4096 bytes that CloudFormation reads.

Only the standard library is imported here, because ``handler`` answers where the layer is missing.
https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/crpg-ref-requests.html
"""

import json
from bisect import bisect
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

MAX_BODY = 4096
MAX_PHYSICAL_ID = 1024  # bytes
PREFIXED = "Custom::ArtifactStores"  # a resource of another type stays the same, whatever its properties say
CUT = "…"


@dataclass(frozen=True)
class Request:
    """One request. ``repr`` leaves out the response URL, because whoever has it can answer."""

    type: str
    resource_type: str
    stack_id: str
    request_id: str
    logical_id: str
    given_id: str
    home_region: str
    response_url: str = field(repr=False)
    properties: Mapping[str, object] = field(repr=False)
    old_properties: Mapping[str, object] = field(default_factory=dict, repr=False)

    @property
    def stack_name(self) -> str:
        """The name in ``arn:<partition>:cloudformation:<region>:<account>:stack/<name>/<uuid>``."""
        parts = self.stack_id.split("/")
        return parts[1] if len(parts) > 1 else ""

    @property
    def id_stem(self) -> str:
        """What every physical id of this resource begins with."""
        return f"crosscheck/{self.home_region}/{self.stack_name or '-'}/{self.logical_id or '-'}/"

    @property
    def given_prefix(self) -> object:
        """The ``Prefix`` whose resource is meant: the one in the given id; the properties' if the id has none, because
        a Create that never answered has an id that CloudFormation made up."""
        if self.given_id.startswith(self.id_stem):
            return self.given_id.removeprefix(self.id_stem)
        return self.properties.get("Prefix")

    @property
    def physical_id(self) -> str:
        """``crosscheck/<home region>/<stack name>/<logical id>/<Prefix>``, the same for success and failure.

        A new prefix gives another id, so CloudFormation replaces the resource. The ids of types without a prefix end
        with ``-``, so these are never replaced. A Delete keeps the id that it names.
        """
        if self.type == "Delete" and self.given_id:
            return self.given_id
        prefix = self.properties.get("Prefix") if self.resource_type == PREFIXED else None
        last = prefix if isinstance(prefix, str) and prefix else "-"
        return f"{self.id_stem}{last}".encode(errors="replace")[:MAX_PHYSICAL_ID].decode(errors="ignore")


def read_request(event: Mapping[str, object], home_region: str) -> Request:
    """Read an event, whatever is wrong with it: what is missing or odd is empty."""

    def text(name: str) -> str:
        value = event.get(name)
        return value if isinstance(value, str) else ""

    def mapping(name: str) -> Mapping[str, object]:
        value = event.get(name)
        return value if isinstance(value, dict) else {}

    return Request(
        type=text("RequestType"),
        resource_type=text("ResourceType"),
        stack_id=text("StackId"),
        request_id=text("RequestId"),
        logical_id=text("LogicalResourceId"),
        given_id=text("PhysicalResourceId"),
        home_region=home_region,
        response_url=text("ResponseURL"),
        properties=mapping("ResourceProperties"),
        old_properties=mapping("OldResourceProperties"),
    )


class Status(StrEnum):
    """Whether the request succeeded, in CloudFormation's words."""

    SUCCESS = "SUCCESS"
    FAILED = "FAILED"


@dataclass(frozen=True)
class Answer:
    """What CloudFormation is told. ``data`` holds the attributes for ``!GetAtt``."""

    status: Status
    reason: str = ""
    data: Mapping[str, str] = field(default_factory=dict)


def succeeded(data: Mapping[str, str]) -> Answer:
    """An answer with attributes."""
    return Answer(Status.SUCCESS, data=data)


def failed(reason: str) -> Answer:
    """An answer that stops the stack. People read the reason in the stack's events."""
    return Answer(Status.FAILED, reason or "no reason is known")


def body(request: Request, answer: Answer) -> bytes:
    """The answer as the bytes of the PUT. A reason that is too long is cut."""

    def cut(length: int) -> Answer:
        return replace(answer, reason=answer.reason[:length] + CUT)

    if fits(request, answer):
        return _encode(request, answer)
    # Escapes make characters unequal, so the longest start of the reason that fits has to be searched for.
    too_long = bisect(range(len(answer.reason) + 1), MAX_BODY, key=lambda length: len(_encode(request, cut(length))))
    return _encode(request, cut(max(0, too_long - 1)))


def fits(request: Request, answer: Answer) -> bool:
    """Whether the whole answer can be sent without a cut."""
    return len(_encode(request, answer)) <= MAX_BODY


def _encode(request: Request, answer: Answer) -> bytes:
    content = {
        "Status": answer.status.value,
        "Reason": answer.reason,
        "PhysicalResourceId": request.physical_id,
        "StackId": request.stack_id,
        "RequestId": request.request_id,
        "LogicalResourceId": request.logical_id,
        "Data": dict(answer.data),
    }
    return json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode(errors="replace")
