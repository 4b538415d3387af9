"""Several resources of ours ask for the same rule: the last one that goes removes it."""

import threading
from typing import Any

import pytest

from provision_regions.custom_resource.request import Status
from provision_regions.ownership.names import Names
from provision_regions.replication.records import RuleRecord
from provision_regions.replication.registry import ReplicationRegistry
from provision_regions.replication.resource import RegistryUpdate
from provision_regions.retry import Retrying
from tests.fakes.regions.ecr_world import ASIA, EU, HOME, RegistryWorld, properties, rule, run, succeed
from tests.fakes.regions.errors import Killed
from tests.fakes.regions.requests import provider_context, without_waiting

OURS = rule(EU, prefixes=("my-service",))
ONE: Any = {"LogicalResourceId": "One"}
TWO: Any = {"LogicalResourceId": "Two"}
OTHER_STACK: Any = {"StackId": "arn:aws:cloudformation:us-east-1:111122223333:stack/other/0f"}


@pytest.mark.parametrize("other", [TWO, OTHER_STACK, OTHER_STACK | ONE])
def test_a_rule_that_another_resource_of_ours_asks_for_as_well_stays(other: dict[str, str]) -> None:
    world = RegistryWorld()
    succeed(world, "Create", properties(EU), **ONE)
    assert succeed(world, "Create", properties(EU), **other).data == {"Rules": "1"}
    assert world.ecr.rules == [OURS]
    succeed(world, "Delete", properties(EU), **ONE)
    assert world.ecr.rules == [OURS]
    succeed(world, "Delete", properties(EU), **other)
    assert (world.ecr.rules, world.ssm.parameters) == ([], {})


def test_a_resource_that_gets_another_logical_id_keeps_its_rule() -> None:
    """CloudFormation makes the new one first, and deletes the old one in the clean-up."""
    world = RegistryWorld()
    succeed(world, "Create", properties(EU))
    succeed(world, "Create", properties(EU), LogicalResourceId="ImageReplication")
    succeed(world, "Delete", properties(EU))
    assert world.ecr.rules == [OURS]


def test_an_update_leaves_its_old_rule_to_the_other_one() -> None:
    world = RegistryWorld()
    succeed(world, "Create", properties(EU), **ONE)
    succeed(world, "Create", properties(EU), **TWO)
    assert succeed(world, "Update", properties(EU, ASIA), **ONE).data == {"Rules": "1"}
    both = rule(ASIA, EU, prefixes=("my-service",))
    assert world.ecr.rules == [OURS, both]
    succeed(world, "Delete", properties(EU), **TWO)
    assert world.ecr.rules == [both]


def test_an_identical_rule_of_somebody_else_survives_both() -> None:
    world = RegistryWorld()
    world.ecr.rules = [OURS]
    for one in (ONE, TWO):
        assert succeed(world, "Create", properties(EU), **one).data == {"Rules": "0"}
    for one in (ONE, TWO):
        succeed(world, "Delete", properties(EU), **one)
    assert world.ecr.rules == [OURS]


def test_more_records_than_a_page_has_are_all_read() -> None:
    world = RegistryWorld()
    for number in range(12):
        succeed(world, "Create", properties(EU), LogicalResourceId=f"Rules{number:02}")
    for number in range(11):
        succeed(world, "Delete", properties(EU), LogicalResourceId=f"Rules{number:02}")
        assert world.ecr.rules == [OURS]
    succeed(world, "Delete", properties(EU), LogicalResourceId="Rules11")
    assert (world.ecr.rules, world.ssm.parameters) == ([], {})


def test_a_broken_record_of_another_one_is_named_before_anything_is_changed() -> None:
    world = RegistryWorld()
    succeed(world, "Create", properties(EU), **ONE)
    record = "/crosscheck/_records/shop/Two/ReplicationRules"
    world.call("ssm", HOME, "PutParameter", {"Name": record, "Value": "{", "Type": "String"})
    answer = run(world, "Delete", properties(EU), **ONE)
    assert answer.status is Status.FAILED
    assert f"the record {record} is no JSON" in answer.reason
    assert world.ecr.rules == [OURS]


@pytest.mark.parametrize(("kind", "left"), [("Delete", []), ("Update", [rule(ASIA, prefixes=("my-service",))])])
@pytest.mark.parametrize("calls", range(10))
def test_two_that_give_a_rule_up_at_the_same_time_leave_none_behind(
    kind: str, left: list[dict[str, object]], calls: int
) -> None:
    """One of them goes entirely after so many calls of the other."""
    world = RegistryWorld()
    succeed(world, "Create", properties(EU), **ONE)
    succeed(world, "Create", properties(EU), **TWO)
    world.journal.clear()
    gone: list[int] = []

    def before(_: str, __: str) -> None:
        if len(world.journal) == calls and not gone:
            gone.append(calls)
            succeed(world, "Delete", properties(EU), **TWO)

    world.before = before
    succeed(world, kind, properties(ASIA), **ONE)
    assert gone
    assert world.ecr.rules == left
    succeed(world, "Delete", properties(ASIA), **ONE)
    assert (world.ecr.rules, world.ssm.parameters) == ([], {})


@pytest.mark.parametrize("kind", ["Create", "Update", "Delete"])
@pytest.mark.parametrize("kill", range(1, 8))
def test_f24_whenever_one_is_killed_the_rule_stays_for_the_other(kind: str, kill: int) -> None:
    world = RegistryWorld()
    succeed(world, "Create", properties(EU), **ONE)
    if kind != "Create":
        succeed(world, "Create", properties(EU), **TWO)
    world.revive()
    world.kill_after = kill
    with pytest.raises(Killed):
        run(world, kind, properties(ASIA) if kind == "Update" else properties(EU), **TWO)
    world.revive()
    succeed(world, "Delete", properties(EU), **TWO)
    assert world.ecr.rules == [OURS]
    succeed(world, "Delete", properties(EU), **ONE)
    assert (world.ecr.rules, world.ssm.parameters) == ([], {})


def test_a_rule_that_is_given_up_while_another_one_asks_for_it_is_made_again() -> None:
    """The one that goes has looked for others already. So the other one waits before it looks again."""
    world = RegistryWorld()
    succeed(world, "Create", properties(EU), **ONE)
    settling, removed = threading.Event(), threading.Event()

    def settle(_: float) -> None:
        settling.set()
        removed.wait(10)

    def ask_for_it() -> None:
        retrying = Retrying(without_waiting().deadline, sleep=settle)
        context = provider_context(world, retrying)
        record = RuleRecord(context, Names("aws", world.account, HOME, "shop", "Two", "ReplicationRules"))
        RegistryUpdate(ReplicationRegistry(context), record, retrying).apply([OURS])

    other = threading.Thread(target=ask_for_it)

    def before(operation: str, _: str) -> None:
        if operation == "PutReplicationConfiguration" and not settling.is_set():
            other.start()
            settling.wait(10)

    world.before = before
    succeed(world, "Delete", properties(EU), **ONE)
    assert world.ecr.rules == []
    removed.set()
    other.join(20)
    assert world.ecr.rules == [OURS]
    succeed(world, "Delete", properties(EU), **TWO)
    assert (world.ecr.rules, world.ssm.parameters) == ([], {})
