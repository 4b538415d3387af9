"""A request of the query protocol: a form whose keys are paths such as ``EnvironmentNames.member.1``."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count
from typing import Any
from urllib.parse import parse_qsl

from botocore.model import ListShape, Shape, StructureShape

from local.aws_json.errors import ApiError
from local.aws_json.messages import Request, scope_of
from local.aws_json.model import Service

_ABOUT_THE_REQUEST = {"Action", "Version"}
_BOOLEANS = {"true": True, "false": False}


def parse(service: Service, headers: Mapping[str, str], body: bytes, account_id: str) -> Request:
    """Read a request. It is for the account that its access key names, else for ``account_id``.

    Raises:
        ApiError: it is none that the service would take.
    """
    scope = scope_of(service, headers.get("Authorization", ""), account_id)
    form = dict(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True))
    action = form.get("Action", "")
    operation = service.operation(action)
    if operation is None or form.get("Version") != operation.service_model.api_version:
        raise ApiError("InvalidAction", f"The action {action[:100]!r} is not valid for this web service.")
    return Request(service, operation, scope, _parameters(form, operation.input_shape), headers, body)


def _parameters(form: Mapping[str, str], shape: Shape | None) -> dict[str, Any]:
    reader = _Reader(form, set(_ABOUT_THE_REQUEST))
    found: dict[str, Any] = reader.structure(shape, "") if isinstance(shape, StructureShape) else {}
    if unknown := sorted(form.keys() - reader.seen):
        raise ApiError("ValidationError", f"The request has no parameter {unknown[0][:100]!r}.")
    return found


@dataclass(frozen=True)
class _Reader:
    """Knows the structures, lists and scalars that occur in requests; ``seen`` are the keys that it has read."""

    form: Mapping[str, str]
    seen: set[str] = field(default_factory=set)

    def structure(self, shape: StructureShape, prefix: str) -> dict[str, Any]:
        """The members that the form has."""
        paths = {name: f"{prefix}.{name}" if prefix else name for name in shape.members}
        return {name: self._value(shape.members[name], path) for name, path in paths.items() if self._has(path)}

    def _has(self, path: str) -> bool:
        return any(key == path or key.startswith(f"{path}.") for key in self.form)

    def _value(self, shape: Shape, path: str) -> Any:
        match shape:
            case StructureShape():
                return self.structure(shape, path)
            case ListShape():
                return self._list(shape, path)
            case _:
                return self._scalar(shape, path)

    def _list(self, shape: ListShape, path: str) -> list[Any]:
        self.seen.add(path)  # an empty list is written as an empty text
        found = []
        for number in count(1):
            member = f"{path}.member.{number}"
            if not self._has(member):
                break
            found.append(self._value(shape.member, member))
        return found

    def _scalar(self, shape: Shape, path: str) -> Any:
        self.seen.add(path)
        text = self.form.get(path, "")
        try:
            match shape.type_name:
                case "integer" | "long":
                    return int(text)
                case "boolean":
                    return _BOOLEANS[text]
                case "timestamp":
                    return _epoch(text)
                case _:
                    return text
        except (ValueError, KeyError):
            raise ApiError("MalformedInput", f"The value at {path!r} is no {shape.type_name}.") from None


def _epoch(text: str) -> float:
    read = datetime.fromisoformat(text)
    return (read if read.tzinfo else read.replace(tzinfo=UTC)).timestamp()
