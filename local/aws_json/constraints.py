"""Strict checks of a value against a shape of botocore's model of a service.

Botocore's own validator looks at types, required members and minimums only; the services also enforce maximums,
patterns and enums, and so do these checks.
"""

import functools
import re
from collections.abc import Iterator, Mapping
from typing import Any, cast

from botocore.model import ListShape, MapShape, Shape, StringShape, StructureShape

# JSON's types; a blob is base64 there, and a time epoch seconds.
_SCALARS: Mapping[str, tuple[type, ...]] = {
    "string": (str,),
    "blob": (str,),
    "integer": (int,),
    "long": (int,),
    "float": (int, float),
    "double": (int, float),
    "boolean": (bool,),
    "timestamp": (int, float),
}
_NUMBERS = frozenset({"integer", "long", "float", "double"})
# Unicode classes of the models that Python lacks: ECS has all three in one class, the underscore too.
_CLASSES = {
    r"\p{L}": r"\w",
    r"\p{N}": r"\w",
    r"\p{Z}": " \u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000",
}


def violations(value: Any, shape: Shape | None, path: str = "") -> Iterator[str]:
    """What of the value breaks the shape's constraints, in the service's words; times are epoch seconds."""
    match shape:
        case None:
            if value:
                yield f"Value at '{path}' failed to satisfy constraint: Member must be absent"
        case StructureShape():
            yield from _structure(value, shape, path)
        case ListShape():
            yield from _list(value, shape, path)
        case MapShape():
            yield from _map(value, shape, path)
        case _:
            yield from _scalar(value, shape, path)


@functools.cache
def compiled(pattern: str) -> re.Pattern[str]:
    """A pattern of a model as Python writes it."""
    for name, members in _CLASSES.items():
        pattern = pattern.replace(name, members)
    return re.compile(pattern, re.DOTALL)


def _structure(value: Any, shape: StructureShape, path: str) -> Iterator[str]:
    if not isinstance(value, dict):
        yield _failed(path, "Member must be a structure")
        return
    members = shape.members
    for name in shape.required_members:
        if name not in value:
            yield f"Value null at '{_join(path, name)}' failed to satisfy constraint: Member must not be null"
    for name, member in value.items():
        if name in members:
            yield from violations(member, members[name], _join(path, name))
        else:
            yield _failed(_join(path, name), f"Member is unknown to {shape.name}")


def _list(value: Any, shape: ListShape, path: str) -> Iterator[str]:
    if not isinstance(value, list):
        yield _failed(path, "Member must be a list")
        return
    yield from _length(len(value), shape, path)
    for number, member in enumerate(value, start=1):
        yield from violations(member, shape.member, f"{path}.{number}.member")


def _map(value: Any, shape: MapShape, path: str) -> Iterator[str]:
    if not isinstance(value, dict):
        yield _failed(path, "Member must be a map")
        return
    yield from _length(len(value), shape, path)
    for key, member in value.items():
        yield from violations(key, shape.key, f"{path}.key")
        yield from violations(member, shape.value, f"{path}.{key}.member")


def _scalar(value: Any, shape: Shape, path: str) -> Iterator[str]:
    expected = _SCALARS[shape.type_name]
    right_type = isinstance(value, expected) and (bool in expected or not isinstance(value, bool))
    if not right_type:
        yield _failed(path, f"Member must be of type {shape.type_name}")
    elif shape.type_name == "string":
        yield from _string(value, cast("StringShape", shape), path)
    elif shape.type_name in _NUMBERS:
        yield from _range(value, shape, path)


def _string(value: str, shape: StringShape, path: str) -> Iterator[str]:
    pattern = shape.metadata.get("pattern")
    if shape.enum and value not in shape.enum:
        yield _failed(path, f"Member must satisfy enum value set: [{', '.join(shape.enum)}]")
    if pattern is not None and not compiled(pattern).fullmatch(value):
        yield _failed(path, f"Member must satisfy regular expression pattern: {pattern}")
    yield from _length(len(value), shape, path)


def _length(length: int, shape: Shape, path: str) -> Iterator[str]:
    if length < shape.metadata.get("min", 0):
        yield _failed(path, f"Member must have length greater than or equal to {shape.metadata['min']}")
    if length > shape.metadata.get("max", length):
        yield _failed(path, f"Member must have length less than or equal to {shape.metadata['max']}")


def _range(value: float, shape: Shape, path: str) -> Iterator[str]:
    if value < shape.metadata.get("min", value):
        yield _failed(path, f"Member must have value greater than or equal to {shape.metadata['min']}")
    if value > shape.metadata.get("max", value):
        yield _failed(path, f"Member must have value less than or equal to {shape.metadata['max']}")


def without_unknown(value: Any, shape: Shape | None) -> Any:
    """The value without members that the shape does not have, which clients drop, and without those that are null."""
    match shape:
        case StructureShape():
            members = shape.members
            return {
                name: without_unknown(member, members[name])
                for name, member in value.items()
                if name in members and member is not None
            }
        case ListShape():
            return [without_unknown(member, shape.member) for member in value]
        case _:
            return value


def report(broken: list[str]) -> str:
    """What is broken, in one sentence."""
    errors = "error" if len(broken) == 1 else "errors"
    return f"{len(broken)} validation {errors} detected: {'; '.join(broken)}"


def _failed(path: str, constraint: str) -> str:
    # The value itself stays out of the text: it may be a credential.
    return f"Value at '{path}' failed to satisfy constraint: {constraint}"


def _join(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name
