"""What travels from look to look, in CodePipeline's continuation token.

The token is ours, but it comes back from outside: whatever does not read as one is refused, never guessed at.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from crosscheck.errors import ConfigurationError

VERSION = 1
TOKEN_LIMIT = 2_048
COUNT_LIMIT = 1_000_000
# A token is made and read by clocks of the same service; minutes apart they are not.
CLOCK_SKEW = 300.0

_CHECK_ID = re.compile(r"[0-9a-f]{6}")
_KEYS = {"v", "since", "look", "pass_since", "unread", "fails", "unknown"}


@dataclass(frozen=True)
class Progress:
    """What the looks so far saw. Times are in epoch seconds, to the millisecond.

    ``look`` counts the looks taken; ``pass_since`` is the first look of an unbroken row in which all passed;
    ``unread`` counts consecutive times in which the pipeline itself could not be read; ``fails`` and ``unknown`` count
    consecutive FAIL and INCONCLUSIVE looks by the check's id, zeros left out.
    """

    since: float
    look: int = 0
    pass_since: float | None = None
    unread: int = 0
    fails: Mapping[str, int] = field(default_factory=dict)
    unknown: Mapping[str, int] = field(default_factory=dict)


def begin(now: float) -> Progress:
    """The progress before the first look."""
    return Progress(since=round(now, 3))


def encode(progress: Progress) -> str:
    """The token.

    Raises:
        ConfigurationError: there are more counters than a token holds.
    """
    document: dict[str, Any] = {"v": VERSION, "since": progress.since, "look": progress.look}
    optional = {
        "pass_since": progress.pass_since,
        "unread": progress.unread,
        "fails": progress.fails,
        "unknown": progress.unknown,
    }
    document |= {key: value for key, value in optional.items() if value}
    token = json.dumps(document, separators=(",", ":"))
    if len(token) > TOKEN_LIMIT:
        raise ConfigurationError("too many checks for one gate: their counters do not fit into a continuation token")
    return token


def decode(token: str, now: float) -> Progress:
    """The progress that a token holds; that of a beginning where there is none.

    Raises:
        ConfigurationError: the token is not one that this version wrote.
    """
    if not token:
        return begin(now)
    document = _load(token)
    if document.get("v") != VERSION or isinstance(document.get("v"), bool):
        raise _refused("it is of another version; retry the stage")
    if not document.keys() <= _KEYS:
        raise _refused("it holds what this version did not write")
    return Progress(
        since=_time(document.get("since"), now),
        look=_count(document.get("look", 0)),
        pass_since=_time(document["pass_since"], now) if "pass_since" in document else None,
        unread=_count(document.get("unread", 0)),
        fails=_counters(document.get("fails", {})),
        unknown=_counters(document.get("unknown", {})),
    )


def _load(token: str) -> Mapping[str, Any]:
    if len(token) > TOKEN_LIMIT:
        raise _refused(f"it is over {TOKEN_LIMIT} characters")
    try:
        document = json.loads(token)
    except (ValueError, RecursionError):
        raise _refused("it is not JSON") from None
    if not isinstance(document, dict):
        raise _refused("it is no JSON object")
    return document


def _time(value: object, now: float) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise _refused("a time in it is no number")
    if not math.isfinite(value) or not 0 < value <= now + CLOCK_SKEW:
        raise _refused("a time in it lies in the future or is none")
    return float(value)


def _count(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= COUNT_LIMIT:
        raise _refused("a counter in it is no count")
    return value


def _counters(value: object) -> Mapping[str, int]:
    if not isinstance(value, dict) or not all(_CHECK_ID.fullmatch(key) for key in value):
        raise _refused("its counters are not by check")
    return {key: _count(count) for key, count in value.items()}


def _refused(why: str) -> ConfigurationError:
    return ConfigurationError(f"the continuation token is not usable: {why}")
