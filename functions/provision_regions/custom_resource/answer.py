"""An answer to CloudFormation, never larger than CloudFormation reads: 4096 bytes."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from provision_regions.custom_resource.request import Request

MAX_BODY = 4096
CUT = "…"


class Status(StrEnum):
    """CloudFormation's two words for how it went."""

    SUCCESS = "SUCCESS"
    FAILED = "FAILED"


@dataclass(frozen=True)
class Answer:
    """What is said to CloudFormation; ``data`` are the attributes for ``!GetAtt``."""

    status: Status
    physical_id: str
    reason: str = ""
    data: Mapping[str, str] = field(default_factory=dict)


def succeeded(physical_id: str, data: Mapping[str, str] | None = None) -> Answer:
    """An answer with attributes."""
    return Answer(Status.SUCCESS, physical_id, data=data or {})


def failed(physical_id: str, reason: str) -> Answer:
    """An answer that stops the stack, with the reason that people read there."""
    return Answer(Status.FAILED, physical_id, reason or "no reason is known")


def body(request: Request, answer: Answer) -> bytes:
    """The answer as the bytes of the PUT; a reason too long for it is cut."""
    whole = _encode(request, answer, answer.reason)
    if len(whole) <= MAX_BODY:
        return whole
    low, high = 0, len(answer.reason)
    while low < high:  # the longest start of the reason that fits; escapes make characters unequal
        middle = (low + high + 1) // 2
        fits = len(_encode(request, answer, answer.reason[:middle] + CUT)) <= MAX_BODY
        low, high = (middle, high) if fits else (low, middle - 1)
    return _encode(request, answer, answer.reason[:low] + CUT)


def fits(request: Request, answer: Answer) -> bool:
    """Whether the whole answer can be sent without a cut."""
    return len(_encode(request, answer, answer.reason)) <= MAX_BODY


def _encode(request: Request, answer: Answer, reason: str) -> bytes:
    content = {
        "Status": answer.status.value,
        "Reason": reason,
        "PhysicalResourceId": answer.physical_id,
        "StackId": request.stack_id,
        "RequestId": request.request_id,
        "LogicalResourceId": request.logical_id,
        "Data": dict(answer.data),
    }
    return json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode(errors="replace")
