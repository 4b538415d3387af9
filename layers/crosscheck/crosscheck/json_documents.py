"""Dataclasses as JSON documents: what Crosscheck writes for itself, and reads again later.

A document comes back from outside (a state machine, a continuation token) and may be another version's. Whatever does
not read as the dataclass is refused, never guessed at.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import MISSING, Field, fields, is_dataclass
from enum import Enum
from functools import cache, reduce
from types import NoneType, UnionType
from typing import Any, Union, cast, get_args, get_origin, get_type_hints

from crosscheck.errors import ConfigurationError

# Far above any time in epoch seconds; NaN and infinity are not below it.
NUMBER_LIMIT = 1e12

type _Reader = Callable[[Any], Any]


class _FieldError(ValueError):
    """A field that cannot be read as its type; the text is the way to it, ``outer.inner``."""


def write(value: Any) -> dict[str, Any]:
    """The fields of a dataclass as a JSON object. Those that have their default are left out."""
    given = {each.name: (getattr(value, each.name), each) for each in fields(value)}
    return {name: _plain(part) for name, (part, each) in given.items() if part != _default(each)}


def read[T](kind: type[T], document: object, what: str, *, strict: bool = True) -> T:
    """The dataclass of such an object. ``what`` names the document in the error.

    Raises:
        ConfigurationError: a field is missing, of another type, or unknown, unless ``strict`` is False. Values are not
            quoted.
    """
    if not isinstance(document, Mapping):
        raise ConfigurationError(f"{what} is not an object")
    try:
        found: T = _reader(cast("Any", kind), strict)(document)
    except _FieldError as error:
        raise ConfigurationError(f"{what} is not what this version wrote: {error}") from None
    return found


def _plain(part: Any) -> Any:
    if is_dataclass(part):
        return write(part)
    if isinstance(part, Mapping):
        return {key: _plain(each) for key, each in part.items()}
    return [_plain(each) for each in part] if isinstance(part, list | tuple) else part


def _default(of: Field[Any]) -> Any:
    """A field without a default has none that a value could equal."""
    return of.default if of.default_factory is MISSING else of.default_factory()


@cache
def _reader(kind: Any, strict: bool) -> _Reader:
    """What reads a value as this type, or raises TypeError or ValueError. It is put together once: a card reads
    hundreds of facts, and to look at the types anew for each of them took a fifth of its time."""
    origin = get_origin(kind) or kind
    if origin in _PLAIN:
        return _PLAIN[origin]
    if is_dataclass(kind):
        return _object_reader(kind, strict)
    if isinstance(kind, type) and issubclass(kind, Enum):
        return kind
    parts = [_reader(part, strict) for part in get_args(kind) if part is not ...]
    return _COMPOSED[origin](*parts)


def _object_reader(kind: Any, strict: bool) -> _Reader:
    hints = get_type_hints(kind)
    readers = [(each.name, _reader(hints[each.name], strict)) for each in fields(kind)]
    known = frozenset(name for name, _ in readers) if strict else None
    required = [each.name for each in fields(kind) if each.default is MISSING and each.default_factory is MISSING]

    def read_object(document: Any) -> Any:
        if isinstance(document, kind):
            return document
        _expect_names(document, required, known)
        values = {}
        for name, reader in readers:
            if name in document:
                try:
                    values[name] = reader(document[name])
                except _FieldError as error:
                    raise _FieldError(f"{name}.{error}") from None
                except (TypeError, ValueError):
                    raise _FieldError(name) from None
        return kind(**values)

    return read_object


def _expect_names(document: Any, required: Iterable[str], known: frozenset[str] | None) -> None:
    if not isinstance(document, Mapping):
        raise TypeError("not an object")
    for name in required:
        if name not in document:
            raise _FieldError(name)
    if known is not None and not known.issuperset(document):
        raise _FieldError("a field that it does not know")


def _tuple_reader(each: _Reader) -> _Reader:
    def read_tuple(value: Any) -> tuple[Any, ...]:
        if not isinstance(value, list | tuple):
            raise TypeError("not a list")
        return tuple(map(each, value))

    return read_tuple


def _mapping_reader(key: _Reader, each: _Reader) -> _Reader:
    def read_mapping(value: Any) -> dict[Any, Any]:
        if not isinstance(value, Mapping):
            raise TypeError("not an object")
        return {key(name): each(part) for name, part in value.items()}

    return read_mapping


def _union_reader(*kinds: _Reader) -> _Reader:
    return reduce(_either_reader, kinds)


def _either_reader(first: _Reader, second: _Reader) -> _Reader:
    def read_either(value: Any) -> Any:
        try:
            return first(value)
        except (TypeError, ValueError) as error:
            try:
                return second(value)
            except (TypeError, ValueError):
                raise error from None

    return read_either


def _instance_reader(kind: type) -> _Reader:
    def read_instance(value: Any) -> Any:
        if not isinstance(value, kind):
            raise TypeError(f"not of type {kind.__name__}")
        return value

    return read_instance


def _number(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) <= NUMBER_LIMIT:
        raise ValueError("not a number")
    return float(value)


def _whole(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError("not a whole number")
    return value


_PLAIN: Mapping[Any, _Reader] = {
    float: _number,
    int: _whole,
    **{kind: _instance_reader(kind) for kind in (str, bool, NoneType)},
}
_COMPOSED: Mapping[Any, Callable[..., _Reader]] = {
    tuple: _tuple_reader,
    Mapping: _mapping_reader,
    UnionType: _union_reader,
    Union: _union_reader,
}
