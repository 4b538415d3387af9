"""What a deployment of the local account shall end like, set by ``POST /deployments``."""

import threading
from enum import StrEnum


class Outcome(StrEnum):
    """How deployments end."""

    HEALTHY = "healthy"
    UNHEALTHY = "unhealthy"  # the action succeeds, then tasks of the new revision fail
    ROLLED_BACK = "rolled_back"  # the circuit breaker restores the old revision, the action is green
    HANG = "hang"  # the action stays in progress
    FAIL = "fail"  # the action fails


class Outcomes:
    """The outcome in force for each (region, provider, service)."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._chosen: dict[tuple[str, str, str | None], Outcome] = {}

    def choose(self, region: str, provider: str, service: str | None, outcome: Outcome) -> None:
        """Let every later deployment there end so; without a service, all services of the provider there."""
        with self._lock:
            if service is None:
                self._chosen = {key: old for key, old in self._chosen.items() if key[:2] != (region, provider)}
            self._chosen[region, provider, service] = outcome

    def of(self, region: str, provider: str, service: str) -> Outcome:
        """How a deployment of that service, begun now, shall end."""
        with self._lock:
            everywhere = self._chosen.get((region, provider, None), Outcome.HEALTHY)
            return self._chosen.get((region, provider, service), everywhere)

    def clear(self) -> None:
        """Back to healthy everywhere."""
        with self._lock:
            self._chosen.clear()
