"""Reading fields of an event that may hold anything."""

import re
from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from crosscheck import times
from crosscheck.errors import UnreadableEventError

_NAME = re.compile(r"[A-Za-z0-9.@_-]{1,100}")
_MISSING: Any = object()


class Fields:
    """The fields of a JSON object. Every reader names the field that is wrong and keeps its value to itself."""

    def __init__(self, value: object, where: str) -> None:
        self._where = where
        if not isinstance(value, dict):
            raise UnreadableEventError(f"{where} is no JSON object")
        self._value = value

    def __contains__(self, field: str) -> bool:
        return self._value.get(field) is not None

    def unreadable(self, field: str, why: str) -> UnreadableEventError:
        """The error that says what is wrong with a field."""
        return UnreadableEventError(f"{field} of {self._where} {why}")

    def text(self, field: str, default: str = _MISSING) -> str:
        """A text; lone surrogates, which DynamoDB cannot store, are replaced."""
        value = self._get(field, default)
        if not isinstance(value, str):
            raise self.unreadable(field, "is no text")
        return value.encode("utf-8", "replace").decode()

    def name(self, field: str) -> str:
        """The name of an AWS thing: 1 to 100 of the characters that CodePipeline allows in names."""
        return self.matching(field, _NAME)

    def matching(self, field: str, pattern: re.Pattern[str]) -> str:
        """A text of a given form."""
        value = self.text(field)
        if not pattern.fullmatch(value):
            raise self.unreadable(field, "has not the form of one")
        return value

    def mapping(self, field: str, default: Mapping[str, Any] = _MISSING) -> Mapping[str, Any]:
        """A JSON object."""
        value = self._get(field, default)
        if not isinstance(value, dict):
            raise self.unreadable(field, "is no JSON object")
        return value

    def whole(self, field: str, most: int) -> int:
        """A whole number from 0, which may be written 3.0; 0 where it is absent."""
        value = self._get(field, 0)
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= most:
            raise self.unreadable(field, f"is no number from 0 to {most}")
        return int(value)

    def time(self, field: str) -> float:
        """A time in ISO 8601, in epoch seconds; one without a zone is UTC."""
        try:
            return times.from_text(self.text(field))
        except ValueError as error:
            raise self.unreadable(field, "is no ISO 8601 time") from error

    def one_of[E: StrEnum](self, field: str, kind: type[E]) -> E:
        """A member of an enumeration."""
        try:
            return kind(self.text(field))
        except ValueError as error:
            raise self.unreadable(field, f"is none of {', '.join(kind)}") from error

    def _get(self, field: str, default: object) -> Any:
        value = self._value.get(field)
        if value is not None:
            return value
        if default is _MISSING:
            raise self.unreadable(field, "is missing")
        return default
