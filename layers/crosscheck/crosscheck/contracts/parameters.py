"""What a plan gives to a check, key by key: what is expected, and how it is read."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

TEXT_LIMIT = 255


@dataclass(frozen=True)
class Parameter:
    """A key. ``read`` turns its JSON value into the text that the check takes, None for what is not as ``expected``."""

    expected: str
    read: Callable[[object], str | None]
    needed: bool = False


def text(limit: int = TEXT_LIMIT, *, needed: bool = False) -> Parameter:
    """Any text that is not empty."""
    return Parameter(
        f"a string of 1 to {limit} characters",
        lambda value: value if isinstance(value, str) and 0 < len(value) <= limit else None,
        needed,
    )


def matching(pattern: str, expected: str) -> Parameter:
    """A text of one form."""
    form = re.compile(pattern)
    return Parameter(expected, lambda value: value if isinstance(value, str) and form.fullmatch(value) else None)


def whole(low: int, high: int) -> Parameter:
    """A whole number in these bounds."""

    def read(value: object) -> str | None:
        if isinstance(value, bool) or not isinstance(value, int):
            return None
        return str(value) if low <= value <= high else None

    return Parameter(f"a whole number from {low} to {high}", read)


def exactly_one(given: Mapping[str, str], *keys: str) -> str:
    """The problem where none of the keys is given, or several of them."""
    count = sum(key in given for key in keys)
    if count == 0:
        return f"needs the key {' or '.join(keys)}"
    return f"takes {' or '.join(keys)}, not both" if count > 1 else ""


def at_least_one(given: Mapping[str, str], *keys: str) -> str:
    """The problem where none of the keys is given."""
    return "" if any(key in given for key in keys) else f"needs one of the keys {', '.join(keys)}"
