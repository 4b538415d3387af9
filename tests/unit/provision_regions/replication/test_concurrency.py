"""Others write at the same time. ECR has no conditional write: what can be noticed is noticed."""

import threading
from collections.abc import Callable

from provision_regions.custom_resource.request import Status
from provision_regions.ownership.names import Names
from provision_regions.replication.records import RuleRecord
from provision_regions.replication.registry import ReplicationRegistry
from provision_regions.replication.resource import RegistryUpdate
from provision_regions.replication.rules import fingerprint
from provision_regions.retry import Retrying
from tests.fakes.regions.ecr_world import ASIA, EU, HOME, RegistryWorld, properties, rule, run, succeed
from tests.fakes.regions.requests import provider_context, without_waiting

OURS = rule(EU, prefixes=("my-service",))
THEIRS = rule(ASIA, prefixes=("team",))


def once(operation: str, action: Callable[[], None]) -> Callable[[str, str], None]:
    """A hook that acts before the first call of an operation."""
    left = [action]

    def before(called: str, _: str) -> None:
        if called == operation and left:
            left.pop()()

    return before


def test_a_rule_that_appears_between_our_first_look_and_our_write_is_kept() -> None:
    world = RegistryWorld()
    world.before = once("PutParameter", lambda: setattr(world.ecr, "rules", [THEIRS]))
    succeed(world, "Create", properties(EU))
    assert world.ecr.rules == [THEIRS, OURS]


def test_an_identical_rule_that_appears_before_our_write_is_not_ours() -> None:
    world = RegistryWorld()
    world.before = once("PutParameter", lambda: setattr(world.ecr, "rules", [OURS]))
    assert succeed(world, "Create", properties(EU)).data == {"Rules": "0"}
    succeed(world, "Delete", properties(EU))
    assert world.ecr.rules == [OURS]


def test_somebody_who_writes_over_us_is_noticed_and_both_stay() -> None:
    """He read before our write and wrote after it."""
    world = RegistryWorld()
    looks: list[int] = []

    def before(operation: str, _: str) -> None:
        if operation == "DescribeRegistry":
            looks.append(1)
            if len(looks) == 3:  # the look after our write
                world.ecr.rules = [THEIRS]

    world.before = before
    succeed(world, "Create", properties(EU))
    assert world.ecr.rules == [THEIRS, OURS]
    assert len(world.called(["PutReplicationConfiguration"])) == 2
    succeed(world, "Delete", properties(EU))
    assert world.ecr.rules == [THEIRS]


def test_a_removal_that_somebody_undoes_is_done_again() -> None:
    world = RegistryWorld()
    succeed(world, "Create", properties(EU))
    looks: list[int] = []

    def before(operation: str, _: str) -> None:
        if operation == "DescribeRegistry":
            looks.append(1)
            if len(looks) == 2:
                world.ecr.rules = [OURS, THEIRS]

    world.before = before
    succeed(world, "Delete", properties(EU))
    assert (world.ecr.rules, world.ssm.parameters) == ([THEIRS], {})


def test_a_twin_of_our_rule_that_somebody_made_survives_our_delete() -> None:
    world = RegistryWorld()
    succeed(world, "Create", properties(EU))
    world.ecr.rules = [OURS, OURS]
    succeed(world, "Update", properties(EU))
    assert world.ecr.rules == [OURS, OURS]
    succeed(world, "Delete", properties(EU))
    assert world.ecr.rules == [OURS]


def test_somebody_who_never_stops_is_told() -> None:
    world = RegistryWorld()

    def before(operation: str, _: str) -> None:
        if operation == "DescribeRegistry":
            world.ecr.rules = [THEIRS]

    world.before = before
    answer = run(world, "Create", properties(EU))
    assert answer.status is Status.FAILED
    assert "after each of our writes" in answer.reason
    world.before = lambda operation, region: None
    succeed(world, "Delete", properties(EU))
    assert (world.ecr.rules, world.ssm.parameters) == ([THEIRS], {})


def test_two_of_our_own_that_read_at_the_same_time_both_stay() -> None:
    """Both have read the empty registry before either writes; each waits before it looks again."""
    world = RegistryWorld()
    both_read = threading.Barrier(2)
    both_wrote = threading.Barrier(2)
    first_write = threading.local()

    def before(operation: str, _: str) -> None:
        if operation == "PutReplicationConfiguration" and not getattr(first_write, "done", False):
            first_write.done = True
            both_read.wait(10)

    def settle(_: float) -> None:
        if not getattr(first_write, "settled", False):
            first_write.settled = True
            both_wrote.wait(10)

    world.before = before
    wanted = {name: rule(EU, prefixes=(name,)) for name in ("api", "web")}
    reached: dict[str, frozenset[str]] = {}

    def serve(name: str) -> None:
        calm = without_waiting()
        retrying = Retrying(calm.deadline, sleep=settle)
        context = provider_context(world, retrying)
        names = Names("aws", world.account, HOME, "shop", name, "ReplicationRules")
        update = RegistryUpdate(ReplicationRegistry(context), RuleRecord(context, names), retrying)
        reached[name] = update.apply([wanted[name]])  # plain dictionaries

    threads = [threading.Thread(target=serve, args=(name,)) for name in wanted]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert sorted(map(str, world.ecr.rules)) == sorted(map(str, wanted.values()))
    assert reached == {name: {fingerprint(entry)} for name, entry in wanted.items()}
