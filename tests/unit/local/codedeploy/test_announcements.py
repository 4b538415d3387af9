"""The end of a deployment is announced when it is due, though nobody looks."""

import json
import threading
from collections.abc import Mapping
from typing import Any

from local.clients import ACCOUNT_ID
from local.clock import Clock
from local.codedeploy import CodeDeploy
from local.events import EventEmitter
from local.outcomes import Outcome, Outcomes
from tests.unit.local.codedeploy.account import APPLICATION, REGION, Account, FakeAws
from tests.unit.local.served import Served

PATIENCE = 20.0  # seconds; only ends a test that would hang


class Heard:
    """The states that were announced, and a wait for one of them."""

    def __init__(self) -> None:
        self.states: list[str] = []
        self._changed = threading.Condition()

    def __call__(self, region: str, entry: Mapping[str, Any]) -> None:
        assert region == REGION
        with self._changed:
            self.states.append(json.loads(entry["Detail"])["state"])
            self._changed.notify_all()

    def wait(self, states: list[str]) -> bool:
        with self._changed:
            return self._changed.wait_for(lambda: self.states == states, PATIENCE)


def test_every_end_is_announced_without_a_look(served: Served) -> None:
    aws, clock, outcomes, heard = FakeAws(), Clock(10_000), Outcomes(), Heard()
    service = CodeDeploy(aws, clock, outcomes, EventEmitter(heard), ACCOUNT_ID)
    served.app = service.app
    account = Account(aws, service, clock, outcomes, [], served.aws)
    account.ec2_group()
    account.deploy(account.bundle(1))
    assert heard.wait(["START", "SUCCESS"]), heard.states
    outcomes.choose(REGION, "CodeDeploy", APPLICATION, Outcome.ROLLED_BACK)
    account.deploy(account.bundle(2))
    assert heard.wait(["START", "SUCCESS", "START", "FAILURE", "START", "SUCCESS"]), heard.states
    clock.stop()
