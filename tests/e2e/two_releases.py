"""Two releases that follow each other closely: the newer one deploys before the older one's verdict is final."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.e2e.code_deploy import SECONDS, held_before, line, said
from tests.e2e.outside import wait_until

if TYPE_CHECKING:
    from local.scenarios.scenario import Scenario
    from tests.e2e.code_deploy import Group
    from tests.e2e.outside import Outside

# A deployment keeps the speed at which it began: some seconds of these tests, and time enough to act meanwhile.
SLOW = 5


@dataclass(frozen=True)
class TwoReleases:
    """Both executions, and the deployment that each of them made in the region ``here``."""

    older: str
    newer: str
    brought: str
    newest: str


def follow(scenario: Scenario, outside: Outside, here: Group, stage: str) -> TwoReleases:
    """Release twice: the older one ends unhealthy ``here``, and the newer one, healthy, deploys after that was seen."""
    known = here.ids[0]
    here.ends("unhealthy")
    with held_before(scenario, stage):
        older = _waiting(scenario, stage, "Break a region until the next release")
        newer = _waiting(scenario, stage, "Follow closely")
        speed(outside, SLOW)
    brought = here.newer_than(known)
    with held_before(scenario, stage):
        speed(outside, 60)
        here.ends("healthy")
        seen_to_fail(outside, older, here, known)
        speed(outside, SLOW)
    newest = here.newer_than(brought)
    speed(outside, 60)
    return TwoReleases(older, newer, brought, newest)


def seen_to_fail(outside: Outside, execution: str, here: Group, known: str) -> None:
    """Wait until the region was seen to fail; from then on the time until the next look is very long."""
    here.wait("Succeeded", than=known)
    speed(outside, 1)
    said(outside, execution, lambda text: "looked at again in 15 s" in line(text, here.region))
    speed(outside, 0.1)


def speed(outside: Outside, factor: float) -> None:
    """Choose how fast AWS's time passes from now on."""
    outside.post("/clock", {"speed": factor}).raise_for_status()


def _waiting(scenario: Scenario, stage: str, message: str) -> str:
    """Start a release, which gets as far as the stage before."""
    execution = scenario.push(message)
    stages = scenario.definition()["stages"]
    names = [each["name"] for each in stages]
    before = [action["name"] for each in stages[: names.index(stage)] for action in each["actions"]]

    def there() -> bool:
        done = [run["actionName"] for run in scenario.actions(execution) if run["status"] == "Succeeded"]
        return done == before

    wait_until(there, f"the wait of {execution} before {stage}", SECONDS)
    return execution
