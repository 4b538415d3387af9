"""What the replication into a region shall end like, set by ``POST /replication``."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from enum import StrEnum

from local.regions import is_region

USUAL_DELAY = 20.0  # seconds of AWS's time


class ReplicationOutcome(StrEnum):
    """How replications into a region end."""

    COMPLETE = "complete"
    FAIL = "fail"  # status FAILED, no image
    HANG = "hang"  # stays IN_PROGRESS
    EXPIRED = "expired"  # COMPLETE, but the destination's lifecycle policy has removed the image already
    PARTIAL = (
        "partial"  # tagged manifests arrive, what was pushed without a tag (an index's children) stays IN_PROGRESS
    )


@dataclass(frozen=True)
class Course:
    """How long a replication takes, in seconds of AWS's time, and how it ends."""

    delay: float = USUAL_DELAY
    outcome: ReplicationOutcome = ReplicationOutcome.COMPLETE

    def of_image(self, tag: str | None) -> ReplicationOutcome:
        """How the replication of one pushed manifest ends."""
        if self.outcome is ReplicationOutcome.PARTIAL:
            return ReplicationOutcome.COMPLETE if tag else ReplicationOutcome.HANG
        return self.outcome


class Courses:
    """The course in force for each destination region."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._chosen: dict[str, Course] = {}

    def choose(self, region: str, delay_seconds: float | None, outcome: str) -> None:
        """Let every later replication into that region run so.

        Raises:
            ValueError: saying which of the three is wrong.
        """
        course = Course(_delay(delay_seconds), _outcome(outcome))
        if not isinstance(region, str) or not is_region(region):
            raise ValueError(f"region must be a region of AWS, not {region!r}")
        with self._lock:
            self._chosen[region] = course

    def into(self, region: str) -> Course:
        """How a replication into that region, begun now, runs."""
        with self._lock:
            return self._chosen.get(region, Course())

    def clear(self) -> None:
        """Back to the usual everywhere."""
        with self._lock:
            self._chosen.clear()


def _delay(value: object) -> float:
    if value is None:
        return USUAL_DELAY
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < float("inf"):
        raise ValueError(f"delay_seconds must be a number from 0, not {value!r}")
    return float(value)


def _outcome(value: object) -> ReplicationOutcome:
    try:
        return ReplicationOutcome(str(value))
    except ValueError as error:
        raise ValueError(f"outcome must be one of {', '.join(ReplicationOutcome)}") from error
