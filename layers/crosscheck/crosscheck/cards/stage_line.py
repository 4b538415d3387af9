"""All stages of a release in one line."""

from collections.abc import Sequence
from itertools import groupby

from crosscheck.cards import signs
from crosscheck.cards.layout import duration
from crosscheck.cards.mrkdwn import cut, escape
from crosscheck.releases.model import StageProgress

LIMIT = 900
NAME = 40
MOST_NAMES = 8


def stage_line(stages: Sequence[StageProgress]) -> str:
    """How many have ended, and the stages with what each took: those next to each other in the same state share its
    sign and its word."""
    ended = sum(1 for stage in stages if stage.state and stage.state.terminal)
    groups = (list(group) for _, group in groupby(stages, key=_state))
    return cut(f"*Stages* {ended} of {len(stages)}: {' → '.join(map(_group, groups))}", LIMIT)


def _state(stage: StageProgress) -> tuple[str, str]:
    return signs.of_state(stage.state, escape(stage.word, NAME))


def _group(stages: Sequence[StageProgress]) -> str:
    sign, word = _state(stages[0])
    names = ", ".join(map(_stage, stages)) if len(stages) <= MOST_NAMES else f"{len(stages)} stages"
    return f"{sign} {names} {word}"


def _stage(stage: StageProgress) -> str:
    took = f" {duration(stage.seconds)}" if stage.seconds is not None else ""
    return f"{escape(stage.name, NAME)}{took}"
