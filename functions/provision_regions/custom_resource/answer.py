"""An answer to CloudFormation, never larger than the 4096 bytes that CloudFormation reads."""

import json
from bisect import bisect
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

from provision_regions.custom_resource.request import Request

MAX_BODY = 4096
CUT = "…"


class Status(StrEnum):
    """Whether the request succeeded, in CloudFormation's words."""

    SUCCESS = "SUCCESS"
    FAILED = "FAILED"


@dataclass(frozen=True)
class Answer:
    """What CloudFormation is told. ``data`` holds the attributes for ``!GetAtt``."""

    status: Status
    physical_id: str
    reason: str = ""
    data: Mapping[str, str] = field(default_factory=dict)


def succeeded(physical_id: str, data: Mapping[str, str] | None = None) -> Answer:
    """An answer with attributes."""
    return Answer(Status.SUCCESS, physical_id, data=data or {})


def failed(physical_id: str, reason: str) -> Answer:
    """An answer that stops the stack. People read the reason in the stack's events."""
    return Answer(Status.FAILED, physical_id, reason or "no reason is known")


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
        "PhysicalResourceId": answer.physical_id,
        "StackId": request.stack_id,
        "RequestId": request.request_id,
        "LogicalResourceId": request.logical_id,
        "Data": dict(answer.data),
    }
    return json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode(errors="replace")
