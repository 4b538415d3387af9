"""What the looks at a stage or a region have shown so far. It travels from look to look as a JSON document."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace


@dataclass(frozen=True)
class Progress:
    """Times are in epoch seconds, to the millisecond.

    ``look`` counts the looks taken. ``pass_since`` is the first look of an unbroken row in which everything passed,
    and ``passed`` says that there ever was such a look; ``broken`` that such a row came to an end. ``unread`` counts
    consecutive times in which the pipeline itself could not be read. ``fails`` and ``unknown`` count consecutive FAIL
    and INCONCLUSIVE looks by the check's id, zeros left out. ``waiting_since`` is the first look of an unbroken row
    in which a window was closed, ``waited`` the seconds of the rows before. ``due`` is when this look was asked for:
    whoever keeps to that may have a clock that is ahead of ours.
    """

    since: float
    look: int = 0
    pass_since: float | None = None
    passed: bool = False
    unread: int = 0
    fails: Mapping[str, int] = field(default_factory=dict)
    unknown: Mapping[str, int] = field(default_factory=dict)
    waited: float = 0.0
    waiting_since: float | None = None
    broken: bool = False
    due: float = 0.0

    @property
    def times(self) -> tuple[float, ...]:
        """When the looks began, and whatever they saw that lasts."""
        lasting = (self.pass_since, self.waiting_since)
        return (self.since, *(time for time in lasting if time is not None))

    @property
    def began(self) -> float:
        """The earliest moment of which it tells."""
        return min(self.times)

    def counted(self, now: float) -> float:
        """The seconds that count towards the deadline: those since the beginning, without those spent waiting."""
        waiting = now - self.waiting_since if self.waiting_since is not None else 0.0
        return max(0.0, now - self.since - self.waited - max(0.0, waiting))

    def after_waiting(self, now: float, *, waiting: bool) -> Progress:
        """The progress after a look in which a window was closed, or none was. The time between two looks belongs to
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
