"""What travels from look to look, in CodePipeline's continuation token.

The token is ours, but it comes back from outside: whatever does not read as one is refused, never guessed at.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from crosscheck.errors import ConfigurationError

# Tokens of the second version know of waiting. What has not waited is written as the first, so that the version before
# this one, which may be running still or again, reads it.
VERSION, WAITED = 1, 2
TOKEN_LIMIT = 2_048
COUNT_LIMIT = 1_000_000
# CodePipeline gives an action up after a day, seven at the most.
WAITED_LIMIT = 7 * 24 * 3_600.0
# A token is made and read by clocks of the same service; minutes apart they are not.
CLOCK_SKEW = 300.0

_CHECK_ID = re.compile(r"[0-9a-f]{6}")
_KEYS = {"v", "since", "look", "pass_since", "unread", "fails", "unknown"}
_WAITED_KEYS = _KEYS | {"waited", "waiting_since"}


@dataclass(frozen=True)
class Progress:
    """What the looks so far saw. Times are in epoch seconds, to the millisecond.

    ``look`` counts the looks taken; ``pass_since`` is the first look of an unbroken row in which all passed;
    ``unread`` counts consecutive times in which the pipeline itself could not be read; ``fails`` and ``unknown`` count
    consecutive FAIL and INCONCLUSIVE looks by the check's id, zeros left out. ``waiting_since`` is the first look of an
    unbroken row in which a window was closed, ``waited`` the seconds of the rows before.
    """

    since: float
    look: int = 0
    pass_since: float | None = None
    unread: int = 0
    fails: Mapping[str, int] = field(default_factory=dict)
    unknown: Mapping[str, int] = field(default_factory=dict)
    waited: float = 0.0
    waiting_since: float | None = None

    def counted(self, now: float) -> float:
        """The seconds that count towards the deadline: those since the beginning, without those of waiting."""
        waiting = now - self.waiting_since if self.waiting_since is not None else 0.0
        return now - self.since - self.waited - max(0.0, waiting)

    def waits(self, now: float, *, waiting: bool) -> Progress:
        """The progress after a look in which a window was closed, or none was; what lies between two looks belongs to
        the first of them."""
        if waiting:
            return self if self.waiting_since is not None else replace(self, waiting_since=round(now, 3))
        if self.waiting_since is None:
            return self
        waited = round(self.waited + max(0.0, now - self.waiting_since), 3)
        return replace(self, waited=waited, waiting_since=None)


def begin(now: float) -> Progress:
    """The progress before the first look."""
    return Progress(since=round(now, 3))


def encode(progress: Progress) -> str:
    """The token.

    Raises:
        ConfigurationError: there are more counters than a token holds.
    """
    version = WAITED if progress.waited or progress.waiting_since else VERSION
    document: dict[str, Any] = {"v": version, "since": progress.since, "look": progress.look}
    optional = {
        "pass_since": progress.pass_since,
        "unread": progress.unread,
        "fails": progress.fails,
        "unknown": progress.unknown,
        "waited": progress.waited,
        "waiting_since": progress.waiting_since,
    }
    document |= {key: value for key, value in optional.items() if value}
    token = json.dumps(document, separators=(",", ":"))
    if len(token) > TOKEN_LIMIT:
        raise ConfigurationError("too many checks for one gate: their counters do not fit into a continuation token")
    return token


def decode(token: str, now: float) -> Progress:
    """The progress that a token holds; that of a beginning where there is none.

    Raises:
        ConfigurationError: the token is not one that this version, or the one before, wrote.
    """
    if not token:
        return begin(now)
    document = _load(token)
    version = document.get("v")
    if isinstance(version, bool) or version not in (VERSION, WAITED):
        raise _refused("it is of another version; retry the stage")
    if not document.keys() <= (_WAITED_KEYS if version == WAITED else _KEYS):
        raise _refused("it holds what this version did not write")
    return Progress(
        since=_time(document.get("since"), now),
        look=_count(document.get("look", 0)),
        pass_since=_time(document["pass_since"], now) if "pass_since" in document else None,
        unread=_count(document.get("unread", 0)),
        fails=_counters(document.get("fails", {})),
        unknown=_counters(document.get("unknown", {})),
        waited=_seconds(document.get("waited", 0.0)),
        waiting_since=_time(document["waiting_since"], now) if "waiting_since" in document else None,
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
    if not 0 < value <= now + CLOCK_SKEW:
        raise _refused("a time in it lies in the future or is none")
    return float(value)


def _seconds(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= WAITED_LIMIT:
        raise _refused("the time waited in it is none")
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
