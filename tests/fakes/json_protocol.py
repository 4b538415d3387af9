"""Fake AWS services behind real boto3 clients: requests and answers are checked against botocore's own models.

A fake stands where the network would be, so serialisation, error classes, paginators and retries are the real ones.
boto3 itself checks neither the greatest lengths nor patterns and enums; the fake refuses them as the service would.
"""

from __future__ import annotations

import io
import json
import re
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any, cast

import boto3
import botocore.session
from botocore import xform_name
from botocore.awsrequest import AWSResponse, HeadersDict
from moto.core.models import botocore_stubber

from crosscheck.clients import Clients
from tests.fakes.known_errors import assert_known

if TYPE_CHECKING:
    from botocore.compat import HTTPHeaders
    from botocore.model import OperationModel, Shape

_MODELS = botocore.session.get_session()

# One session for all tests of a process: it keeps the service models that it read, which is most of a client's cost.
SESSION = boto3.Session(
    aws_access_key_id="111122223333",
    aws_secret_access_key="test",  # noqa: S106 - nothing checks it
    region_name="us-east-1",
)


class RefusedError(Exception):
    """The service's error answer."""

    def __init__(self, code: str, message: str = "", status: int = 400) -> None:
        super().__init__(code)
        self.code, self.message, self.status = code, message or code, status


class _Raw(io.BytesIO):
    def stream(self, *_args: Any, **_kwargs: Any) -> Iterator[bytes]:
        yield self.read()


class JsonService:
    """A service with a JSON protocol. A method per operation, by its Python name: request in, answer out.

    ``before_call`` is what others do just before a call is served.
    """

    service = ""

    def __init__(self) -> None:
        self.calls: list[tuple[str, Mapping[str, Any]]] = []
        self.refusals: dict[str, list[RefusedError | Exception]] = {}
        self.before_call: Callable[[], object] = lambda: None

    def refuse(self, operation: str, *errors: RefusedError | Exception) -> None:
        """The next calls of an operation fail so; the last error stays for good."""
        self.refusals[operation] = list(errors)

    def refuse_once(self, operation: str, *errors: RefusedError | Exception) -> None:
        """The next calls of an operation fail so, and the ones after them do not."""
        self.refusals[operation] = [*errors, RefusedError("")]

    def called(self, operation: str) -> list[Mapping[str, Any]]:
        """The requests of an operation."""
        return [body for name, body in self.calls if name == operation]

    def send(self, request: Any, **_kwargs: Any) -> AWSResponse:
        """Answer a prepared request (botocore's ``before-send``)."""
        operation = request.headers["X-Amz-Target"]
        name = (operation.decode() if isinstance(operation, bytes) else operation).rpartition(".")[2]
        model = _MODELS.get_service_model(self.service).operation_model(name)
        body = json.loads(request.body)
        self.before_call()
        self.calls.append((name, body))
        try:
            self._raise_refusal(name)
            check(body, model.input_shape, name)
            answer = self.served(model, body)
        except RefusedError as refused:
            content = {"__type": refused.code, "message": refused.message}
            return _response(request.url, refused.status, content)
        return _response(request.url, 200, answer)

    def served(self, model: OperationModel, body: Mapping[str, Any]) -> Any:
        """The fake's answer. One that the service could not give, or an error that it does not know, is the fake's own
        mistake, which no code under test may take for a refusal."""
        try:
            answer = getattr(self, xform_name(model.name))(body)
        except RefusedError as refused:
            assert_known(model, refused.code)
            raise
        try:
            check(answer, model.output_shape, f"answer of {model.name}")
        except RefusedError as wrong:
            raise AssertionError(f"no answer of {self.service}: {wrong.message}") from wrong
        return answer

    def _raise_refusal(self, operation: str) -> None:
        errors = self.refusals.get(operation)
        if not errors:
            return
        error = errors[0] if len(errors) == 1 else errors.pop(0)
        if isinstance(error, RefusedError) and not error.code:
            return
        if isinstance(error, RefusedError):
            assert_known(_MODELS.get_service_model(self.service).operation_model(operation), error.code)
        raise error


def check(value: Any, shape: Shape | None, where: str) -> None:
    """Hold a document against a shape: types, unknown and missing members, lengths, patterns, enums."""
    if shape is None:
        return
    handler = {"structure": _structure, "list": _list, "map": _map, "string": _string}.get(shape.type_name, _scalar)
    handler(value, shape, where)


def _structure(value: Any, shape: Any, where: str) -> None:
    if not isinstance(value, Mapping):
        raise RefusedError("ValidationException", f"{where}: no object")
    unknown = value.keys() - shape.members.keys()
    missing = set(shape.required_members) - value.keys()
    if unknown or missing:
        raise RefusedError("ValidationException", f"{where}: unknown {sorted(unknown)}, missing {sorted(missing)}")
    for name, member in value.items():
        check(member, shape.members[name], f"{where}.{name}")


def _list(value: Any, shape: Any, where: str) -> None:
    if not isinstance(value, list | tuple):
        raise RefusedError("ValidationException", f"{where}: no list")
    _length(len(value), shape, where)
    for item in value:
        check(item, shape.member, f"{where}[]")


def _map(value: Any, shape: Any, where: str) -> None:
    if not isinstance(value, Mapping):
        raise RefusedError("ValidationException", f"{where}: no object")
    for key, item in value.items():
        check(key, shape.key, f"{where} key")
        check(item, shape.value, f"{where}.{key}")


def _string(value: Any, shape: Any, where: str) -> None:
    if not isinstance(value, str):
        raise RefusedError("ValidationException", f"{where}: not a string")
    _length(len(value), shape, where)
    pattern = shape.metadata.get("pattern")
    if pattern and not re.fullmatch(pattern.replace("\\p{L}\\p{Z}\\p{N}", "\\w "), value):
        raise RefusedError("ValidationException", f"{where}: does not match {pattern}")
    if shape.enum and value not in shape.enum:
        raise RefusedError("ValidationException", f"{where}: not one of {shape.enum}")


_SCALARS: dict[str, tuple[type, ...]] = {
    "boolean": (bool,),
    "integer": (int,),
    "long": (int,),
    "float": (int, float),
    "double": (int, float),
    "timestamp": (datetime, int, float, str),
    "blob": (bytes, str, io.IOBase),
}


def _scalar(value: Any, shape: Any, where: str) -> None:
    kinds = _SCALARS[shape.type_name]
    if not isinstance(value, kinds) or (isinstance(value, bool) and bool not in kinds):
        raise RefusedError("ValidationException", f"{where}: no {shape.type_name}")


def _length(length: int, shape: Any, where: str) -> None:
    limits = shape.metadata
    if not limits.get("min", 0) <= length <= limits.get("max", length):
        raise RefusedError("ValidationException", f"{where}: length {length} is out of bounds")


def _response(url: str, status: int, content: Mapping[str, Any]) -> AWSResponse:
    raw = _Raw(json.dumps(content, default=_epoch).encode())
    headers = HeadersDict({"Content-Type": "application/x-amz-json-1.1"})
    return AWSResponse(url, status, cast("HTTPHeaders", headers), raw)


def _epoch(value: Any) -> float:
    if isinstance(value, datetime):
        return value.timestamp()
    raise TypeError(type(value).__name__)


class FakeClients(Clients):
    """The kernel's clients, with fakes in the place of services: by (service, region), None for any region."""

    def __init__(self, fakes: Mapping[tuple[str, str | None], JsonService]) -> None:
        super().__init__(SESSION)
        self.fakes = dict(fakes)

    def _get(self, service: str, region: str | None = None) -> Any:
        place = region or self.home_region
        known = (service, place) in self._cache
        client = super()._get(service, place)
        fake = self.fakes.get((service, place)) or self.fakes.get((service, None))
        if fake and not known:
            # botocore lets every handler of the event run, so moto would answer too
            client.meta.events.unregister("before-send", botocore_stubber)
            client.meta.events.register(f"before-send.{service}", fake.send)
        return client
