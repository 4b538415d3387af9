"""The way of the account's service events to EventBridge, and the faults that ``/events`` puts into it.

EventBridge delivers at least once, in no promised order, and CodePipeline's events are best effort: so a test can
ask for events that are shuffled, duplicated or lost.
"""

from __future__ import annotations

import json
import logging
import random
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Protocol

logger = logging.getLogger(__name__)

SHUFFLE_WINDOW = 2.0


@dataclass(frozen=True)
class EventFaults:
    """Probabilities from 0 to 1; ``shuffle`` delays each event by up to two seconds, in real time; ``hold`` keeps the
    events back until other faults take the place of these, and then they all come at once."""

    shuffle: bool = False
    hold: bool = False
    duplicate: float = 0.0
    drop: float = 0.0
    seed: int | None = None

    def __post_init__(self) -> None:
        """Refuse what is no probability, no choice, or no seed.

        Raises:
            ValueError: with the field's name.
        """
        for name in ("shuffle", "hold"):
            if not isinstance(value := getattr(self, name), bool):
                raise ValueError(f"{name} must be true or false, not {value!r}")  # noqa: TRY004 - an answer to the caller
        if self.seed is not None and (isinstance(self.seed, bool) or not isinstance(self.seed, int)):
            raise ValueError(f"seed must be a whole number, not {self.seed!r}")
        for name in ("duplicate", "drop"):
            value = getattr(self, name)
            if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
                raise ValueError(f"{name} must be a number from 0 to 1, not {value!r}")


class PutsEvents(Protocol):
    """Hands one event to EventBridge in a region."""

    def __call__(self, region: str, entry: Mapping[str, Any]) -> None:
        """Put one entry of PutEvents' shape."""


class EventEmitter:
    """Emits service events, with the faults in force."""

    def __init__(self, put: PutsEvents) -> None:
        self._put = put
        self._lock = threading.Lock()
        self._closed = False
        self._held: list[tuple[str, Mapping[str, Any]]] = []
        self.inject(EventFaults())

    def inject(self, faults: EventFaults) -> None:
        """Replace the faults in force; what they held back comes now, unless it is held on."""
        with self._lock:
            self._faults = faults
            self._random = random.Random(faults.seed)  # noqa: S311 - repeatable faults, no secret
            released = [] if faults.hold else self._held
            self._held = self._held if faults.hold else []
        for region, entry in released:
            self._deliver(region, entry)

    def emit(
        self, region: str, source: str, detail_type: str, resources: Sequence[str], detail: Mapping[str, Any]
    ) -> None:
        """Emit one event in a region, now or as the faults have it."""
        entry = {
            "Time": datetime.now(UTC),
            "Source": source,
            "DetailType": detail_type,
            "Resources": list(resources),
            "Detail": json.dumps(detail),
        }
        with self._lock:
            faults, dice = self._faults, self._random
            if dice.random() < faults.drop:
                return
            if faults.hold:
                self._held.append((region, entry))
                return
            copies = 2 if dice.random() < faults.duplicate else 1
            delays = [dice.uniform(0, SHUFFLE_WINDOW) if faults.shuffle else 0.0 for _ in range(copies)]
        for delay in delays:
            if delay == 0:
                self._deliver(region, entry)
            else:
                timer = threading.Timer(delay, self._deliver, (region, entry))
                timer.daemon = True
                timer.start()

    def close(self) -> None:
        """Deliver nothing any more: the account is shutting down."""
        self._closed = True

    def _deliver(self, region: str, entry: Mapping[str, Any]) -> None:
        if self._closed:
            return
        try:
            self._put(region, entry)
        except Exception:  # an event that EventBridge refuses must not end the release that it reports
            logger.exception("event lost: %s in %s", entry["DetailType"], region)
