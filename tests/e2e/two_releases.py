"""Two releases that follow each other closely: the newer one deploys before the older one's verdict is final."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.e2e.code_deploy import SECONDS, held_before, made_by
from tests.e2e.ledger_verdicts import looked_at
from tests.e2e.outside import wait_until

if TYPE_CHECKING:
    from local.scenarios.scenario import Scenario
    from tests.e2e.code_deploy import Group
    from tests.e2e.outside import Outside

# A deployment keeps the speed at which it began: some seconds of these tests, and time enough to act meanwhile. At the
# first of these it takes long enough to be noticed before it ends; at the last one nothing that waits goes on.
UNHURRIED, SLOW, STILL = 20, 5, 0.1


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
        here.ends("healthy")
        _seen_to_fail(scenario, outside, older, here)
        speed(outside, SLOW)
    newest = here.newer_than(brought)
    for region in scenario.regions:  # what comes later than the older one's last look would not count
        made_by(scenario, newer, region)
    speed(outside, 60)
    return TwoReleases(older, newer, brought, newest)


def broken(scenario: Scenario, outside: Outside, here: Group, message: str) -> str:
    """Release what is unhealthy ``here``; the execution, once that was seen, with some seconds until the next look.

    What is deployed from now on is healthy, and ends after that look.
    """
    known = here.ids[0]
    here.ends("unhealthy")
    speed(outside, UNHURRIED)
    execution = scenario.push(message)
    here.newer_than(known)
    speed(outside, SLOW)
    _seen_to_fail(scenario, outside, execution, here)
    here.ends("healthy")
    speed(outside, SLOW)
    return execution


def _seen_to_fail(scenario: Scenario, outside: Outside, execution: str, here: Group) -> None:
    """Wait until every region was looked at, and this one seen to fail; from then on the next look is very far away.

    The clock goes slowly before this, or that look would come while the end of the execution is only being noticed.
    """
    assert scenario.wait(execution) == "Succeeded"
    speed(outside, STILL)
    release = f"{scenario.home}#{scenario.pipeline}#{execution}"
    for region in scenario.regions:
        text = "failing look 1, " if region == here.region else "looked at again in "
        looked_at(outside, scenario.account.outputs["LedgerTableName"], release, region, text)


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
