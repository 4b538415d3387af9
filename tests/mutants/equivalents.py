"""Mutants that nobody could tell from the original: by file, line and change, each with its reason."""

from __future__ import annotations

_ENGINE = "layers/crosscheck/crosscheck/verification/engine.py"
_SITUATION = "layers/crosscheck/crosscheck/services/ecs/situation.py"

EQUIVALENTS: dict[tuple[str, str, str], str] = {
    (_ENGINE, "CONFIRM_SECONDS = 15", "15 becomes 16"): "nothing is promised about a second more before the next look",
    (_SITUATION, "deregistered: bool = False", "False becomes True"): "nobody asks before `_ways` has read it",
}
