"""F22, F23, F25, F30: other people's rules stay, ours come and go."""

import pytest

from provision_regions.context import partition_named
from provision_regions.custom_resource.request import Status
from tests.fakes.regions.ecr_world import ASIA, EU, HOME, RegistryWorld, properties, rule, run, succeed
from tests.fakes.regions.errors import refusal
from tests.fakes.regions.requests import Told
from tests.fakes.regions.world import SCP

THEIRS = [rule(ASIA, prefixes=("team",)), rule("eu-central-1", deleteReplication={"enabled": True})]
OURS = rule(ASIA, EU, prefixes=("my-service",))
WRITES = ["PutReplicationConfiguration"]


@pytest.fixture
def world() -> RegistryWorld:
    world = RegistryWorld()
    world.ecr.rules = THEIRS
    return world


def test_create_update_and_delete_beside_other_peoples_rules(world: RegistryWorld) -> None:
    created = succeed(world, "Create", properties(EU, ASIA))
    assert world.ecr.rules == [*THEIRS, OURS]
    assert created.data == {"Rules": "1"}
    updated = succeed(world, "Update", properties(EU, prefixes=("my-service", "web")))
    assert updated.physical_id == created.physical_id
    assert world.ecr.rules == [*THEIRS, rule(EU, prefixes=("my-service", "web"))]
    succeed(world, "Delete", properties(EU))
    assert world.ecr.rules == THEIRS
    assert world.ssm.parameters == {}


def test_the_same_again_writes_nothing(world: RegistryWorld) -> None:
    first = succeed(world, "Create", properties(EU, ASIA))
    world.journal.clear()
    assert succeed(world, "Create", properties(ASIA, EU)) == first
    assert world.changes == []


def test_without_prefixes_the_registry_is_not_even_looked_at(world: RegistryWorld) -> None:
    assert succeed(world, "Create", properties(EU, prefixes=())).data == {"Rules": "0"}
    assert succeed(world, "Update", properties(HOME)).data == {"Rules": "0"}
    assert world.called(["DescribeRegistry", *WRITES]) == []
    assert world.records == {}


def test_taking_every_prefix_away_removes_our_rule(world: RegistryWorld) -> None:
    succeed(world, "Create", properties(EU))
    assert succeed(world, "Update", properties(EU, prefixes=())).data == {"Rules": "0"}
    assert world.ecr.rules == THEIRS
    succeed(world, "Delete", properties(EU, prefixes=()))
    assert world.ssm.parameters == {}


def test_an_identical_rule_of_somebody_else_survives_our_delete(world: RegistryWorld) -> None:
    same = rule(EU, ASIA, prefixes=("my-service",))
    world.ecr.rules = [same]
    assert succeed(world, "Create", properties(EU, ASIA)).data == {"Rules": "0"}
    succeed(world, "Delete", properties(EU, ASIA))
    assert world.ecr.rules == [same]
    assert world.called(WRITES) == []


def test_two_resources_know_their_own_rules(world: RegistryWorld) -> None:
    succeed(world, "Create", properties(EU), LogicalResourceId="One")
    succeed(world, "Create", properties(EU, prefixes=("web",)), LogicalResourceId="Two")
    succeed(world, "Delete", properties(EU), LogicalResourceId="One")
    assert world.ecr.rules == [*THEIRS, rule(EU, prefixes=("web",))]
    succeed(world, "Delete", properties(EU), LogicalResourceId="Two")
    assert world.ecr.rules == THEIRS


def test_f22_create_that_is_refused_then_delete_leaves_nothing(world: RegistryWorld) -> None:
    world.fail("PutReplicationConfiguration", HOME, refusal("AccessDeniedException", "no"))
    answer = run(world, "Create", properties(EU))
    assert answer.status is Status.FAILED
    world.revive()
    deleted = run(world, "Delete", properties(EU), PhysicalResourceId=answer.physical_id)
    assert deleted == Told(Status.SUCCESS, answer.physical_id)
    assert world.ecr.rules == THEIRS
    assert world.ssm.parameters == {}


@pytest.mark.parametrize("wrong", [{}, {"Destinations": 5}, {"Nonsense": "x"}])
@pytest.mark.parametrize(
    "stack", [f"arn:aws:cloudformation:us-east-1:111122223333:stack/{name}/0f" for name in ("shop", "plans")]
)
def test_f23_delete_of_what_never_existed_succeeds(world: RegistryWorld, wrong: dict[str, object], stack: str) -> None:
    given = properties(EU) | wrong
    answer = run(world, "Delete", given, PhysicalResourceId="whatever-it-was", StackId=stack)
    assert answer == Told(Status.SUCCESS, "whatever-it-was")
    assert world.changes == []
    assert world.called(["DescribeRegistry"]) == []


def test_f23_delete_of_what_somebody_removed_already_succeeds(world: RegistryWorld) -> None:
    succeed(world, "Create", properties(EU))
    world.ecr.rules = THEIRS
    world.journal.clear()
    succeed(world, "Delete", properties(EU))
    assert world.called(WRITES) == []
    assert (world.ecr.rules, world.ssm.parameters) == (THEIRS, {})


def test_f25_update_that_fails_rolls_back_to_the_old_properties(world: RegistryWorld) -> None:
    old, new = properties(EU), properties(EU, ASIA)
    succeed(world, "Create", old)
    world.fail("PutReplicationConfiguration", HOME, refusal("AccessDeniedException", "no"))
    failed = run(world, "Update", new, old)
    assert failed.status is Status.FAILED
    assert world.ecr.rules == [*THEIRS, rule(EU, prefixes=("my-service",))]
    world.revive()
    back = run(world, "Update", old, new)
    assert (back.status, back.physical_id) == (Status.SUCCESS, failed.physical_id)
    assert world.ecr.rules == [*THEIRS, rule(EU, prefixes=("my-service",))]
    succeed(world, "Delete", old)
    assert (world.ecr.rules, world.ssm.parameters) == (THEIRS, {})


def test_f25_an_update_to_nonsense_changes_nothing_and_keeps_the_id(world: RegistryWorld) -> None:
    created = succeed(world, "Create", properties(EU))
    answer = run(world, "Update", properties("nowhere-9", Prefix="other"))
    assert (answer.status, answer.physical_id) == (Status.FAILED, created.physical_id)
    assert "nowhere-9" in answer.reason
    assert world.ecr.rules == [*THEIRS, rule(EU, prefixes=("my-service",))]


def test_f37_a_rule_of_ours_that_somebody_removed_comes_back_with_the_next_update(world: RegistryWorld) -> None:
    succeed(world, "Create", properties(EU))
    world.ecr.rules = THEIRS
    succeed(world, "Update", properties(EU))
    assert world.ecr.rules == [*THEIRS, rule(EU, prefixes=("my-service",))]


def test_more_prefixes_than_a_rule_takes_become_several_rules(world: RegistryWorld) -> None:
    answer = succeed(world, "Create", properties(EU, prefixes=tuple(f"team-{number}" for number in range(750))))
    assert (answer.data, len(world.ecr.rules)) == ({"Rules": "8"}, 10)
    assert world.record
    assert len(world.record) < 4096
    succeed(world, "Delete", properties(EU))
    assert world.ecr.rules == THEIRS


@pytest.mark.parametrize(
    ("wanted", "numbers"),
    [
        (
            properties(EU, prefixes=tuple(f"team-{number}" for number in range(801))),
            "9 rules of ours and 2 of others; the quota is 10",
        ),
        (
            properties(*sorted(partition_named("aws").regions)[:30]),
            "different destinations in all rules; the quota is 25",
        ),
    ],
)
def test_what_does_not_fit_is_told_with_the_numbers(
    world: RegistryWorld, wanted: dict[str, object], numbers: str
) -> None:
    answer = run(world, "Create", wanted)
    assert answer.status is Status.FAILED
    assert numbers in answer.reason
    assert "nothing was changed" in answer.reason
    assert world.ecr.rules == THEIRS
    succeed(world, "Delete", wanted)
    assert world.ssm.parameters == {}


def test_f30_a_denial_keeps_awss_words(world: RegistryWorld) -> None:
    operation = "PutReplicationConfiguration"
    denial = refusal("AccessDeniedException", SCP.format(operation=f"ecr:{operation}"), operation, 403)
    world.fail(operation, HOME, denial)
    answer = run(world, "Create", properties(EU))
    assert answer.reason.startswith(f"{HOME}: denied: {operation}: AccessDeniedException: ")
    assert "explicit deny in a service control policy" in answer.reason


def test_f28_throttling_is_repeated(world: RegistryWorld) -> None:
    for operation in ("DescribeRegistry", "PutReplicationConfiguration"):
        world.fail(operation, HOME, refusal("ThrottlingException"), times=2)
        world.fail(operation, HOME, refusal("ServerException"), times=1)
    succeed(world, "Create", properties(EU))
    assert len(world.ecr.rules) == 3


def test_f22_a_rule_that_somebody_makes_after_ours_was_refused_is_not_ours(world: RegistryWorld) -> None:
    world.fail("PutReplicationConfiguration", HOME, refusal("AccessDeniedException", "no"))
    assert run(world, "Create", properties(EU, ASIA)).status is Status.FAILED
    world.revive()
    world.ecr.rules = [OURS]
    succeed(world, "Delete", properties(EU, ASIA))
    assert (world.ecr.rules, world.ssm.parameters) == ([OURS], {})
