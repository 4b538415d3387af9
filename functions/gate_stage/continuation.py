"""The progress between two looks of the gate, in CodePipeline's continuation token.

The token is ours, but it comes back from outside: whatever does not read as one is refused, never guessed at. So is
what another gate began, or the same one in another execution.
"""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Self

from crosscheck import json_documents
from crosscheck.errors import ConfigurationError
from crosscheck.size_limits import parse_json
from crosscheck.verification.progress import Progress, begin

VERSION = 4
TOKEN_LIMIT = 2_048
COUNT_LIMIT = 1_000_000
# CodePipeline gives an action up after a day, seven at the most.
WAITED_LIMIT = 7 * 24 * 3_600.0
# A token is made and read by clocks of the same service; minutes apart they are not.
CLOCK_SKEW = 300.0
# Between CodePipeline's word of when a rule began, and our clock at its first look.
RULE_SKEW = 10.0

_CHECK_ID = re.compile(r"[0-9a-f]{6}")


@dataclass(frozen=True)
class Continuation:
    """What an earlier look left; ``gate`` is the mark of the gate that looked, empty if none was proven yet."""

    progress: Progress
    gate: str = ""

    def of(self, gate: str, began: float = 0.0) -> Self:
        """The same in the hands of this gate, named by its key, which began to look at ``began`` (epoch seconds).

        Raises:
            ConfigurationError: another gate left it, or it tells of looks from before.
        """
        if self.progress.began < began - RULE_SKEW:
            raise _refused("it tells of looks from before the rule began")
        mark = hashlib.sha256(gate.encode()).hexdigest()[:12]
        if self.gate not in {"", mark}:
            raise _refused("another gate's looks made it")
        return replace(self, gate=mark)


def encode(continuation: Continuation) -> str:
    """The token that holds the progress.

    Raises:
        ConfigurationError: there are more counters than a token holds.
    """
    mark = {"gate": continuation.gate} if continuation.gate else {}
    document = {"v": VERSION, **mark, **json_documents.write(continuation.progress)}
    token = json.dumps(document, separators=(",", ":"))
    if len(token) > TOKEN_LIMIT:
        raise ConfigurationError("too many checks for one gate: their counters do not fit into a continuation token")
    return token


def decode(token: str, now: float) -> Continuation:
    """What a token holds; a beginning if there is none.

    Raises:
        ConfigurationError: this version did not write the token.
    """
    if not token:
        return Continuation(begin(now))
    document = _load(token)
    if document.pop("v", None) != VERSION:
        raise _refused("it is of another version; retry the stage")
    gate = document.pop("gate", "")
    progress = json_documents.read(Progress, document, "the continuation token")
    if problem := _problem(progress, now):
        raise _refused(problem)
    if not isinstance(gate, str):
        raise _refused("its gate is none")
    return Continuation(progress, gate)


def _problem(progress: Progress, now: float) -> str:
    """What is wrong with values that have the right types; empty if nothing is."""
    counters = {**progress.fails, **progress.unknown}
    if not all(0 < time <= now + CLOCK_SKEW for time in progress.times):
        return "a time in it lies in the future or is none"
    if not 0 <= progress.waited <= WAITED_LIMIT:
        return "the time waited in it is none"
    if not all(_CHECK_ID.fullmatch(check) for check in counters):
        return "its counters are not by check"
    if not all(0 <= count <= COUNT_LIMIT for count in (progress.look, progress.unread, *counters.values())):
        return "a counter in it is no count"
    return ""


def _load(token: str) -> dict[str, object]:
    if len(token) > TOKEN_LIMIT:
        raise _refused(f"it is over {TOKEN_LIMIT} characters")
    try:
        document = parse_json(token)
    except ValueError:
        raise _refused("it is not JSON") from None
    if not isinstance(document, Mapping):
        raise _refused("it is no JSON object")
    return dict(document)


def _refused(why: str) -> ConfigurationError:
    return ConfigurationError(f"the continuation token is not usable: {why}")
