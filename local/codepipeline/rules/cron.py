"""The cron expressions of deployment windows: seconds minutes hours day-of-month month day-of-week [year].

A window is every minute that the expression names. ``L``, ``W`` and ``#`` are not in the local account.
"""

import re
from dataclasses import dataclass
from datetime import datetime

_MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
_DAYS = ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT")
_PART = re.compile(r"(?:(?P<any>\*)|(?P<low>\w+)(?:-(?P<high>\w+))?)(?:/(?P<step>\d+))?")


@dataclass(frozen=True)
class _Field:
    name: str
    low: int
    high: int
    names: tuple[str, ...] = ()
    question_mark: bool = False


_FIELDS = (
    _Field("minutes", 0, 59),
    _Field("hours", 0, 23),
    _Field("day-of-month", 1, 31, question_mark=True),
    _Field("month", 1, 12, _MONTHS),
    _Field("day-of-week", 1, 7, _DAYS, question_mark=True),
    _Field("year", 1970, 2199),
)


@dataclass(frozen=True)
class Window:
    """The allowed values of minutes, hours, day of month, month, day of week (1 is Sunday) and year."""

    allowed: tuple[frozenset[int], ...]

    def includes(self, time: datetime) -> bool:
        """Whether the time, in the window's own time zone, is inside."""
        day_of_week = time.isoweekday() % 7 + 1
        values = (time.minute, time.hour, time.day, time.month, day_of_week, time.year)
        return all(value in allowed for value, allowed in zip(values, self.allowed, strict=True))


def parse_cron(expression: str) -> Window:
    """The window of an expression.

    Raises:
        ValueError: it is no such expression, or uses what the local account does not have; the text says which.
    """
    seconds, *fields = expression.split() or [""]
    if seconds != "*":
        raise ValueError("the field seconds must be *")
    if len(fields) not in {5, 6}:
        raise ValueError(f"it has {len(fields) + 1} fields and must have 6 or 7")
    texts = [*fields, "*"][:6]
    return Window(tuple(_values(text.upper(), field) for text, field in zip(texts, _FIELDS, strict=True)))


def _values(text: str, field: _Field) -> frozenset[int]:
    if text == "?" and field.question_mark:
        return frozenset(range(field.low, field.high + 1))
    return frozenset(value for part in text.split(",") for value in _part(part, field))


def _part(text: str, field: _Field) -> range:
    found = _PART.fullmatch(text)
    if found is None:
        raise ValueError(f"{text} in the field {field.name} is not in the local account")
    low = field.low if found["any"] else _number(found["low"], field)
    open_ended = found["any"] or (found["step"] and not found["high"])
    high = field.high if open_ended else _number(found["high"] or found["low"], field)
    step = int(found["step"] or 1)
    if low > high or step == 0:
        raise ValueError(f"{text} in the field {field.name} is empty")
    return range(low, high + 1, step)


def _number(text: str, field: _Field) -> int:
    if text in field.names:
        return field.names.index(text) + 1
    if not text.isdigit():
        raise ValueError(f"{text} in the field {field.name} is not in the local account")
    if not field.low <= int(text) <= field.high:
        raise ValueError(f"{text} in the field {field.name} is not between {field.low} and {field.high}")
    return int(text)
