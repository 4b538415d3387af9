"""Reading fields of an event that may hold anything."""

import re
from collections.abc import Callable
from typing import Any

from crosscheck.errors import UnreadableEventError
from crosscheck.regions import is_region

_MISSING: Any = object()


class Fields:
    """The fields of a JSON object."""

    def __init__(self, value: object, where: str) -> None:
        if not isinstance(value, dict):
            raise UnreadableEventError(f"{where} is no JSON object")
        self._where = where
        self._value = value

    def __contains__(self, field: str) -> bool:
        return self._value.get(field) is not None

    def read[T](self, field: str, convert: Callable[[Any], T], default: T = _MISSING) -> T:
        """The field's value, as ``convert`` makes it; the default where it is absent.

        Raises:
            UnreadableEventError: with the field that is wrong, never with its value.
        """
        if field not in self and default is not _MISSING:
            return default
        try:
            return convert(self._value.get(field))
        except (TypeError, ValueError):
            wrong = "has another form than its service documents" if field in self else "is missing"
            raise UnreadableEventError(f"{field} of {self._where} {wrong}") from None

    def text(self, field: str, default: str = _MISSING) -> str:
        """A text; lone surrogates, which DynamoDB cannot store, are replaced."""
        return self.read(field, lambda value: str.encode(value, "utf-8", "replace").decode(), default)

    def part(self, field: str, where: str, default: "Fields" = _MISSING) -> "Fields":
        """The fields of a JSON object within this one, which errors call ``where``."""
        return self.read(field, lambda value: Fields(value, where), default)


def matching(pattern: str) -> Callable[[str], str]:
    """A text of this form, for ``Fields.read``."""
    form = re.compile(pattern)

    def read(value: str) -> str:
        if not form.fullmatch(value):
            raise ValueError("another form")
        return value

    return read


def region(value: str) -> str:
    """A region's name, for ``Fields.read``."""
    if not is_region(value):
        raise ValueError("another form")
    return value


# The characters that CodePipeline allows in names; ids of executions have no others.
NAME = matching(r"[A-Za-z0-9.@_-]{1,100}")
