"""Another resource of the stack fails while ours is still made: CloudFormation calls ours cancelled and sends the
rollback's request at once, while the function goes on with the first one.

https://github.com/aws-cloudformation/cloudformation-coverage-roadmap/issues/1730 and
https://github.com/aws/aws-cdk/issues/26139. In our own template ``Stores`` and ``Replication`` are made at the same
time.
"""

import itertools
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, cast

import pytest

from crosscheck.clients import Clients
from crosscheck.errors import CrosscheckError
from provision_regions.context import ProviderContext
from provision_regions.custom_resource.request import Status
from provision_regions.ownership.current_request import ReplacedError
from provision_regions.retry import Deadline, Retrying
from tests.fakes.regions import ecr_world, forwarding_world
from tests.fakes.regions.requests import Told, event, properties, provider_context, sent
from tests.fakes.regions.stores import ASIA, EMPTY, EU, assert_nothing_left, bucket_name, created
from tests.fakes.regions.world import World

FORWARDING: Mapping[str, Any] = {"ResourceType": "Custom::EventForwarding", "LogicalResourceId": "Forwarding"}
REPLICATION: Mapping[str, Any] = {"ResourceType": "Custom::ReplicationRules", "LogicalResourceId": "Replication"}
MADE_UP: Mapping[str, Any] = {
    "PhysicalResourceId": "shop-Ours-1ABCDEFGHIJKL"
}  # by CloudFormation, which knows no id of ours yet
WAIT = 10.0  # seconds of a test that would hang
LOOKS = ("Get", "List", "Describe", "Head")


@dataclass
class Cancelled:
    """A request that hangs in one of its calls. The call comes through while the next request waits, and what the
    request would change after that is held back until the next one is done."""

    world: World
    first: Mapping[str, Any]
    hangs: threading.Event = field(default_factory=threading.Event)
    comes_through: threading.Event = field(default_factory=threading.Event)
    next_done: threading.Event = field(default_factory=threading.Event)
    problems: list[Exception] = field(default_factory=list)

    def run(self, hangs_in: Callable[[str, str], bool], then: Mapping[str, Any]) -> Told:
        """The answer to the second request."""
        thread = threading.Thread(target=self.serve_first, args=[hangs_in])
        thread.start()
        while thread.is_alive() and not self.hangs.wait(0.001):
            pass

        def settle(_seconds: float) -> None:
            self.comes_through.set()
            thread.join(0.05)

        if then["RequestType"] == "Update":
            self.world.stacks.notes(then["StackId"], "UPDATE_ROLLBACK_IN_PROGRESS")
        answer = sent(self.world, then, self._context(self.world.clients, settle))
        self.comes_through.set()
        self.next_done.set()
        thread.join(WAIT)
        return answer

    def serve_first(self, hangs_in: Callable[[str, str], bool]) -> None:
        hung = HungWorld(self, hangs_in)
        try:
            sent(self.world, self.first, self._context(hung.clients, lambda _seconds: None))
        except CrosscheckError as error:
            self.problems.append(error)

    def _context(self, clients: Clients, sleep: Callable[[float], None]) -> ProviderContext:
        # Time passes, so that whatever was asked for a moment ago is asked again.
        retrying = Retrying(Deadline(lambda: 900.0, 60.0), sleep=sleep, clock=itertools.count().__next__)
        context = provider_context(self.world, retrying)
        return replace(context, clients=clients, forwarding_role=forwarding_world.ROLE)


class HungWorld:
    """The world as the request sees it that hangs in a call."""

    def __init__(self, cancelled: Cancelled, hangs_in: Callable[[str, str], bool]) -> None:
        self._cancelled = cancelled
        self._hangs_in = hangs_in
        self.home_region = cancelled.world.home_region

    @property
    def clients(self) -> Clients:
        return cast("Clients", type(self._cancelled.world).clients.fget(self))  # type: ignore[attr-defined]

    def call(self, service: str, region: str, operation: str, params: dict[str, Any]) -> dict[str, Any]:
        cancelled = self._cancelled
        if cancelled.hangs.is_set():
            if not operation.startswith(LOOKS):
                assert cancelled.next_done.wait(WAIT)
        elif self._hangs_in(operation, region):
            cancelled.hangs.set()
            assert cancelled.comes_through.wait(WAIT)
        return cancelled.world.call(service, region, operation, params)


def nth_call(number: int) -> Callable[[str, str], bool]:
    calls = itertools.count(1)
    return lambda operation, region: next(calls) == number


def nth(wanted: str, number: int = 1) -> Callable[[str, str], bool]:
    calls = itertools.count(1)
    return lambda operation, region: operation == wanted and next(calls) == number


def numbers_of_calls(cancelled: Cancelled) -> list[int]:
    """The numbers of the calls of the request, if it is never cancelled. Left out is the one that makes it the current
    request: between that and CloudFormation's word, which comes right before, nobody can come but by bad luck."""
    calls: list[str] = []

    def listen(operation: str, _region: str) -> bool:
        calls.append(operation)
        return False

    cancelled.serve_first(listen)
    assert cancelled.problems == []
    return [number for number in range(1, len(calls) + 1) if number != calls.index("PutParameter") + 1]


def test_a_create_that_was_cancelled_in_any_call_leaves_nothing_behind_its_delete() -> None:
    wanted = properties(EU, **EMPTY)
    for number in numbers_of_calls(Cancelled(World(), event("Create", wanted))):
        world = World()
        answer = Cancelled(world, event("Create", wanted)).run(nth_call(number), event("Delete", wanted, **MADE_UP))
        assert answer.status is Status.SUCCESS, (number, answer.reason)
        assert_nothing_left(world)


def test_an_update_that_was_cancelled_in_any_call_does_not_give_the_right_to_empty_after_its_rollback() -> None:
    old, wanted = properties(EU), properties(EU, ASIA, **EMPTY)

    def updated() -> Cancelled:
        world = World()
        created(world, EU)
        return Cancelled(world, event("Update", wanted, old))

    for number in numbers_of_calls(updated()):
        cancelled = updated()
        answer = cancelled.run(nth_call(number), event("Update", old, wanted, RequestId="the-rollback"))
        assert answer.status is Status.SUCCESS, (number, answer.reason)
        world = cancelled.world
        assert sent(world, event("Delete", old), provider_context(world)).status is Status.SUCCESS
        assert bucket_name(EU) in world.s3.buckets, number


def test_a_cancelled_update_that_lambda_delivers_again_is_not_served() -> None:
    world = World()
    created(world, EU)
    old, wanted = properties(EU), properties(EU, ASIA)
    update, rollback = event("Update", wanted, old), event("Update", old, wanted, RequestId="the-rollback")
    Cancelled(world, update).run(nth("CreateBucket"), rollback)
    journal = len(world.journal)
    with pytest.raises(ReplacedError):
        sent(world, update, provider_context(world))
    asked = {operation for _, _, operation, _ in world.journal[journal:]}
    assert asked == {"GetParameters", "DescribeStackEvents"}


def test_replication_that_was_cancelled_does_not_come_back_after_its_delete() -> None:
    """The Create waits, looks again, and could take the Delete for a stranger who wrote over its rule."""
    world = ecr_world.RegistryWorld()
    wanted = ecr_world.properties(EU)
    cancelled = Cancelled(world, event("Create", wanted, **REPLICATION))
    answer = cancelled.run(nth("DescribeRegistry", 3), event("Delete", wanted, **REPLICATION, **MADE_UP))
    assert answer.status is Status.SUCCESS, answer.reason
    assert (world.ecr.rules, world.ssm.parameters) == ([], {})
    assert [type(each) for each in cancelled.problems] == [ReplacedError]


def test_forwarding_that_was_cancelled_leaves_no_rule_behind_its_delete() -> None:
    world = forwarding_world.ForwardingWorld()
    wanted = forwarding_world.properties(EU)
    cancelled = Cancelled(world, event("Create", wanted, **FORWARDING))
    answer = cancelled.run(nth("PutRule"), event("Delete", wanted, **FORWARDING, **MADE_UP))
    assert answer.status is Status.SUCCESS, answer.reason
    assert (world.events.rules, world.ssm.parameters) == ({}, {})
    assert [type(each) for each in cancelled.problems] == [ReplacedError]
