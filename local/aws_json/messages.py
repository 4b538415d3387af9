"""Requests and answers of JSON 1.1."""

import json
import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from botocore.model import OperationModel

from local.aws_json.errors import ApiError
from local.aws_json.model import Service
from local.regions import is_region

CONTENT_TYPE = "application/x-amz-json-1.1"
OK, BAD_REQUEST, INTERNAL_ERROR = 200, 400, 500
_CREDENTIAL = re.compile(r"Credential=([^/]+)/\d{8}/([a-z0-9-]+)/([a-z0-9-]+)/aws4_request")
_ACCOUNT_ID = re.compile(r"\d{12}")

type Json = dict[str, Any]
type Parameters = Mapping[str, Any]


@dataclass(frozen=True)
class Scope:
    """Whose state a request is about."""

    account: str
    region: str


@dataclass(frozen=True)
class Request:
    """One request. ``parameters`` are not checked yet."""

    service: Service
    operation: OperationModel
    scope: Scope
    parameters: Json
    headers: Mapping[str, str]
    body: bytes
    id: str = field(default_factory=lambda: str(uuid.uuid4()))

    @property
    def name(self) -> str:
        """The operation's name."""
        return str(self.operation.name)

    @property
    def region(self) -> str:
        """The region that the request is for."""
        return self.scope.region

    @property
    def access_key_id(self) -> str:
        """Who asks; empty where the request is not signed."""
        found = _CREDENTIAL.search(self.headers.get("Authorization", ""))
        return found[1] if found else ""

    def check(self) -> None:
        """Raises ApiError where the service's model does not allow the parameters."""
        self.service.check_request(self.operation, self.parameters)


@dataclass(frozen=True)
class Answer:
    """An HTTP answer."""

    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def parsed(self) -> Json:
        """The body as JSON."""
        parsed: Json = json.loads(self.body)
        return parsed


def parse(service: Service, headers: Mapping[str, str], body: bytes, account_id: str) -> Request:
    """Read a request. It is for the account that its access key names, else for ``account_id``.

    Raises:
        ApiError: it is none that the service would take.
    """
    scope = scope_of(service, headers.get("Authorization", ""), account_id)
    operation = service.target(headers.get("X-Amz-Target", ""))
    try:
        parameters = json.loads(body or b"{}")
    except ValueError:
        raise ApiError("SerializationException", "The request body is not JSON.") from None
    return Request(service, operation, scope, parameters, headers, body)


def scope_of(service: Service, authorization: str, account_id: str) -> Scope:
    """Whose state a signed request is about: the access key's account, else ``account_id``.

    Raises:
        ApiError: it is not signed for the service in a region of AWS.
    """
    credential = _CREDENTIAL.search(authorization)
    if credential is None or credential[3] != service.signing_name:
        raise ApiError("MissingAuthenticationTokenException", "Missing Authentication Token")
    key, region = credential[1], credential[2]
    if not is_region(region):
        raise ApiError("InvalidSignatureException", "Credential should be scoped to a valid region.")
    return Scope(key if _ACCOUNT_ID.fullmatch(key) else account_id, region)


def success(answer: Json) -> Answer:
    """An answer."""
    return _answer(OK, answer)


def refusal(code: str, message: str) -> Answer:
    """An answer that is an error."""
    return _answer(BAD_REQUEST, {"__type": code, "message": message}, {"x-amzn-errortype": code})


def internal_failure(message: str) -> Answer:
    """The answer where something of ours is broken."""
    return _answer(INTERNAL_ERROR, {"__type": "InternalFailure", "message": message})


def _answer(status: int, body: Json, headers: Mapping[str, str] | None = None) -> Answer:
    named = {"content-type": CONTENT_TYPE, "x-amzn-requestid": str(uuid.uuid4())}
    return Answer(status, json.dumps(body).encode(), {**named, **(headers or {})})
