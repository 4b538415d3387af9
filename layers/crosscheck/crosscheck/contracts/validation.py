"""Rules over several keys of a check, for checks whose keys are right or wrong together."""

from collections.abc import Mapping
from typing import Protocol, runtime_checkable


@runtime_checkable
class Validating(Protocol):
    """A check that has such rules; most have none."""

    def validate(self, given: Mapping[str, str]) -> str:
        """What is wrong with the keys together, as it follows the kind's name; empty where nothing is.

        ``given`` holds the values as read, for one region. The text quotes keys, not values.
        """


def exactly_one(given: Mapping[str, str], *keys: str) -> str:
    """The problem where none of the keys is given, or several of them."""
    count = sum(key in given for key in keys)
    if count == 0:
        return f"needs the key {' or '.join(keys)}"
    return f"takes {' or '.join(keys)}, not both" if count > 1 else ""


def at_least_one(given: Mapping[str, str], *keys: str) -> str:
    """The problem where none of the keys is given."""
    return "" if any(key in given for key in keys) else f"needs one of the keys {', '.join(keys)}"
