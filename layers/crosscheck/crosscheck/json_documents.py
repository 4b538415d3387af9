"""Dataclasses as JSON documents: what Crosscheck writes for itself, and reads again later.

A document comes back from outside (a state machine, a continuation token) and may be another version's. Whatever does
not read as the dataclass is refused, never guessed at.
"""

from collections.abc import Mapping
from dataclasses import MISSING, Field, fields, is_dataclass, replace
from enum import Enum
from typing import Any

from dacite import Config, DaciteError, DaciteFieldError, from_dict

from crosscheck.errors import ConfigurationError

# Far above any time in epoch seconds; NaN and infinity are not below it.
NUMBER_LIMIT = 1e12


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
        return from_dict(kind, document, _STRICT if strict else _TOLERANT)
    except DaciteFieldError as error:
        raise ConfigurationError(f"{what} is not what this version wrote: {error.field_path}") from None
    except (DaciteError, TypeError, ValueError, OverflowError, RecursionError) as error:
        raise ConfigurationError(f"{what} is not what this version wrote ({type(error).__name__})") from None


def _plain(part: Any) -> Any:
    if is_dataclass(part):
        return write(part)
    if isinstance(part, Mapping):
        return {key: _plain(each) for key, each in part.items()}
    return [_plain(each) for each in part] if isinstance(part, list | tuple) else part


def _default(of: Field[Any]) -> Any:
    """A field without a default has none that a value could equal."""
    return of.default if of.default_factory is MISSING else of.default_factory()


def _number(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) <= NUMBER_LIMIT:
        raise ValueError("not a number")
    return float(value)


def _whole(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError("not a whole number")
    return value


_TOLERANT = Config(cast=[tuple, Enum], type_hooks={float: _number, int: _whole})
_STRICT = replace(_TOLERANT, strict=True)
