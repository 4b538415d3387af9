"""Requests by somebody, and an IAM that allows some rights."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from local.aws_json.errors import ApiError
from local.aws_json.messages import Request, parse

if TYPE_CHECKING:
    from local.aws_json.authorization import Right
    from local.aws_json.model import Service

ACCOUNT, KEY, REGION = "111122223333", "ASIAEXAMPLE", "us-west-2"


def request(service: Service, operation: str, region: str = REGION, **parameters: Any) -> Request:
    """A signed request, as it arrives."""
    found = service.operation(operation)
    assert found is not None
    credential = f"Credential={KEY}/20260101/{region}/{service.signing_name}/aws4_request"
    target = f"{found.service_model.metadata['targetPrefix']}.{operation}"
    headers = {"Authorization": f"AWS4-HMAC-SHA256 {credential}, Signature=x", "X-Amz-Target": target}
    return parse(service, headers, json.dumps(parameters).encode(), ACCOUNT)


@dataclass
class Allowing:
    """Allows these rights, as ``<action> <resource>``, and keeps what it was asked."""

    allowed: set[str] = field(default_factory=set)
    asked: list[tuple[str, str, str]] = field(default_factory=list)

    def __call__(self, access_key_id: str, region: str, right: Right) -> None:
        name = f"{right.action} {right.resource}"
        self.asked.append((access_key_id, region, name))
        if name not in self.allowed:
            raise ApiError("AccessDeniedException", f"User: nobody is not authorized to perform: {name}")
