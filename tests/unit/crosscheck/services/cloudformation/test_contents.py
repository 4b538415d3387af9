"""What a stack holds is verified with it: its ECS services and Lambda aliases, as far as the action changed them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from crosscheck.contracts.check import PlannedCheck
from crosscheck.contracts.verdicts import Verdict
from crosscheck.pipelines.runs import ActionRun
from crosscheck.registry.checks import run_check
from crosscheck.services.cloudformation import contents
from tests.fakes.cloudformation import FakeCloudFormation
from tests.fakes.ecs_deployments import DeployedEcs
from tests.fakes.json_protocol import RefusedError
from tests.fakes.lambda_service import FakeLambda
from tests.fakes.modelled import ModelledClients

if TYPE_CHECKING:
    from collections.abc import Mapping

    from crosscheck.contracts.verdicts import Finding

REGION, CLUSTER, WEB = "eu-west-1", "production", "web"
STARTED = datetime(2026, 3, 4, 10, 0, 0, tzinfo=UTC)
BEFORE, DURING, ENDED = STARTED - timedelta(days=1), STARTED + timedelta(seconds=20), STARTED + timedelta(minutes=2)
LATER = STARTED + timedelta(minutes=3)
RUN = ActionRun("Deploy", "Stack", "Succeeded", STARTED.timestamp(), ended=ENDED.timestamp())
CHECK = PlannedCheck("cloudformation-stack", REGION, {"stack": "shop"}, RUN)
SERVICE_ARN = f"arn:aws:ecs:{REGION}:111122223333:service/{CLUSTER}/{WEB}"
ALIAS_ARN = f"arn:aws:lambda:{REGION}:111122223333:function:checkout:live"
SERVICE, ALIAS, NESTED = contents.SERVICE, contents.ALIAS, contents.NESTED
PASS, FAIL, PENDING, UNKNOWN = Verdict.PASS, Verdict.FAIL, Verdict.PENDING, Verdict.INCONCLUSIVE


class World:
    """A stack that the action updated, a service and a function; tests say what the stack holds."""

    def __init__(self) -> None:
        self.stacks, self.functions = FakeCloudFormation(REGION), FakeLambda()
        self.ecs = DeployedEcs(REGION, CLUSTER, WEB)
        self.stack = self.stacks.stack("shop", "UPDATE_COMPLETE", BEFORE, DURING)
        for number in (1, 2, 3):
            self.ecs.define(f"{WEB}:{number}", {"app": "example.org/web:1"})
        self.ecs.clock = BEFORE
        self.ecs.deploy(self.revision(1))
        self.ecs.clock = DURING
        self.ecs.deploy(self.revision(2))
        self.functions.publish("checkout", "7")
        self.functions.point("checkout", "live", "7")

    def revision(self, number: int) -> str:
        return self.ecs.arn("task-definition", f"{WEB}:{number}")

    def holds(self, kind: str, name: str, at: datetime = DURING, **more: Any) -> None:
        self.stacks.holds(more.pop("stack", self.stack), kind, name, at, **more)

    def running(self, number: int = 2, count: int = 2) -> None:
        for _ in range(count):
            self.ecs.run(WEB, self.revision(number), {"app": None})

    def looked(self, check: PlannedCheck = CHECK, *beside: PlannedCheck) -> Finding:
        clients = ModelledClients({("cloudformation", REGION): self.stacks, ("lambda", REGION): self.functions})
        clients.fakes["ecs", REGION] = self.ecs
        return run_check(check, clients, [check, *beside])


@pytest.fixture
def world() -> World:
    return World()


def test_a_service_and_an_alias_in_the_stack_pass_with_it(world: World) -> None:
    world.holds(SERVICE, SERVICE_ARN)
    world.holds(ALIAS, ALIAS_ARN)
    world.holds("AWS::SQS::Queue", "https://sqs.example/queue")
    world.running()
    finding = world.looked()
    assert (finding.verdict, finding.kind) == (PASS, "cloudformation-stack")
    expected = "shop: UPDATE_COMPLETE; web: 2 of 2 tasks run (task definition web:2); checkout:live: serves version 7"
    assert finding.reason == expected
    assert finding.values["ecs-service production/web"] == "web: 2 of 2 tasks run (task definition web:2)"


def test_f61_a_service_whose_tasks_die_while_the_stack_stays_deployed_fails(world: World) -> None:
    world.holds(SERVICE, SERVICE_ARN)
    world.holds(ALIAS, ALIAS_ARN)
    world.ecs.shown["runningCount"] = world.ecs.shown["deployments"][0]["runningCount"] = 0
    for seconds in (90, 60, 30):
        world.ecs.stop(WEB, world.revision(2), datetime.now(UTC) - timedelta(seconds=seconds))
    finding = world.looked()
    assert (finding.verdict, finding.moved_on) == (FAIL, False)
    assert finding.reason.startswith("shop: UPDATE_COMPLETE; web: 0 of 2 tasks run")
    assert "serves" not in finding.reason


def test_what_a_stack_holds_is_looked_at_while_it_only_removes_what_it_replaced(world: World) -> None:
    world.stack["StackStatus"] = "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS"
    world.holds(ALIAS, ALIAS_ARN)
    world.holds(SERVICE, SERVICE_ARN.replace(WEB, "replaced"), status="DELETE_IN_PROGRESS")
    finding = world.looked()
    assert (finding.verdict, finding.reason.partition("; ")[2]) == (PASS, "checkout:live: serves version 7")
    assert "still being removed" in finding.warning
    world.functions.functions["checkout"].versions["7"] |= {"State": "Failed"}
    assert world.looked().verdict is FAIL


def test_an_alias_whose_version_cannot_be_called_fails(world: World) -> None:
    world.holds(ALIAS, ALIAS_ARN)
    world.functions.functions["checkout"].versions["7"] |= {"State": "Failed"}
    assert world.looked().reason == "shop: UPDATE_COMPLETE; checkout:live: version 7 is Failed"


def test_a_rollout_that_the_stack_began_is_waited_for(world: World) -> None:
    world.holds(SERVICE, SERVICE_ARN)
    world.ecs.become(world.ecs.shown["currentServiceDeployment"], "IN_PROGRESS")
    assert world.looked().verdict is PENDING


def test_f04_a_service_that_was_deployed_anew_since_gave_way(world: World) -> None:
    world.holds(SERVICE, SERVICE_ARN)
    world.ecs.clock = LATER
    world.ecs.deploy(world.revision(3))
    world.running(3)
    finding = world.looked()
    assert finding.moved_on
    world.ecs.shown["runningCount"] = world.ecs.shown["deployments"][0]["runningCount"] = 0
    assert world.looked().moved_on


def test_what_fails_by_itself_counts_more_than_what_gave_way(world: World) -> None:
    world.holds(SERVICE, SERVICE_ARN)
    world.holds(ALIAS, ALIAS_ARN)
    world.ecs.clock = LATER
    world.ecs.deploy(world.revision(3))
    world.running(3)
    world.functions.functions["checkout"].versions["7"] |= {"State": "Failed"}
    finding = world.looked()
    assert (finding.verdict, finding.moved_on) == (FAIL, False)


def test_what_another_action_of_the_release_deploys_is_looked_at_by_its_own_check(world: World) -> None:
    world.holds(SERVICE, SERVICE_ARN)
    for cluster in (CLUSTER, f"arn:aws:ecs:{REGION}:111122223333:cluster/{CLUSTER}"):
        own = PlannedCheck("ecs-service", REGION, {"cluster": cluster, "service": WEB}, RUN)
        assert world.looked(CHECK, own).reason == "shop: UPDATE_COMPLETE"
    elsewhere = PlannedCheck("ecs-service", "eu-central-1", {"cluster": CLUSTER, "service": WEB}, RUN)
    assert "web: " in world.looked(CHECK, elsewhere).reason


@pytest.mark.parametrize(
    ("at", "more"), [(BEFORE, {}), (DURING, {"status": "DELETE_COMPLETE"})], ids=["unchanged", "deleted"]
)
def test_what_the_action_did_not_change_is_not_this_executions(
    world: World, at: datetime, more: Mapping[str, str]
) -> None:
    world.holds(SERVICE, SERVICE_ARN, at, **more)
    world.ecs.shown["runningCount"] = 0
    assert world.looked().reason == "shop: UPDATE_COMPLETE"


@pytest.mark.parametrize(
    "check",
    [
        replace(CHECK, run=None),
        replace(CHECK, run=None, parameters={"stack": "shop", "status": "rolled_back"}),
        replace(CHECK, run=replace(RUN, configuration={"ActionMode": "DELETE_ONLY"})),
    ],
    ids=["asked for", "a way back", "deleted"],
)
def test_only_a_stack_that_the_action_deployed_is_looked_into(world: World, check: PlannedCheck) -> None:
    world.looked(check)
    assert world.stacks.called("ListStackResources") == []


def test_a_stack_that_has_not_passed_is_not_looked_into(world: World) -> None:
    world.stack["StackStatus"] = "UPDATE_IN_PROGRESS"
    assert world.looked().verdict is PENDING
    assert world.stacks.called("ListStackResources") == []


def test_nested_stacks_are_looked_into_page_by_page(world: World) -> None:
    nested = world.stacks.stack("shop-nested", "UPDATE_COMPLETE", BEFORE, DURING)
    untouched = world.stacks.stack("shop-other", "UPDATE_COMPLETE", BEFORE, BEFORE)
    world.stacks.page = 1
    world.holds(NESTED, untouched["StackId"], BEFORE)
    world.holds(NESTED, nested["StackId"])
    world.holds("AWS::SQS::Queue", "queue", stack=nested)
    world.holds(SERVICE, SERVICE_ARN, stack=nested)
    world.running()
    assert "web: 2 of 2 tasks run" in world.looked().reason
    asked = [call["StackName"].split("/")[-2:] for call in world.stacks.called("ListStackResources")]
    assert [name[0] for name in asked] == ["shop", "shop", "shop-nested", "shop-nested"]


def test_more_resources_than_are_read_are_a_warning(world: World) -> None:
    world.stacks.page = 1
    for number in range(contents.CALLS + 1):
        world.holds("AWS::SQS::Queue", f"queue-{number}")
    finding = world.looked()
    unread = "it holds more resources than 20 calls tell"
    assert (finding.verdict, finding.reason, finding.warning) == (PASS, f"shop: UPDATE_COMPLETE; {unread}", unread)
    assert len(world.stacks.called("ListStackResources")) == contents.CALLS


def test_a_service_whose_name_does_not_tell_its_cluster_is_a_warning(world: World) -> None:
    world.holds(SERVICE, f"arn:aws:ecs:{REGION}:111122223333:service/{WEB}")
    finding = world.looked()
    assert finding.verdict is PASS
    assert "its name does not say where it is" in finding.warning


def test_a_service_that_is_turned_off_is_a_warning(world: World) -> None:
    world.holds(SERVICE, SERVICE_ARN)
    world.holds(ALIAS, ALIAS_ARN)
    world.ecs.shown.update(desiredCount=0, runningCount=0)
    finding = world.looked()
    off = "web: desired count is 0: nothing runs, nothing is proven"
    assert (finding.verdict, finding.warning) == (PASS, off)
    world.functions.functions["checkout"].versions["7"] |= {"State": "Failed"}
    assert world.looked().verdict is FAIL
    world.ecs.become(world.ecs.shown["currentServiceDeployment"], "ROLLBACK_SUCCESSFUL")
    assert "ECS rolled back to web:1" in world.looked().reason


def test_a_deployment_that_a_later_pipeline_made_is_not_the_stacks_own(world: World) -> None:
    """The action's operation changed the service, as its tags, and deployed nothing."""
    world.ecs.deployments.pop(0)
    world.ecs.clock = LATER
    world.ecs.deploy(world.revision(3), "ROLLBACK_SUCCESSFUL")
    world.holds(SERVICE, SERVICE_ARN)
    world.running(1)
    assert world.looked().moved_on


def test_f17_a_stack_whose_resources_may_not_be_listed_is_not_proven(world: World) -> None:
    world.stacks.refuse("ListStackResources", RefusedError("AccessDenied", status=403))
    finding = world.looked()
    assert (finding.verdict, finding.reason) == (
        UNKNOWN,
        "ListStackResources in eu-west-1 was refused: AccessDenied",
    )


def test_f17_a_service_that_may_not_be_read_is_not_proven(world: World) -> None:
    world.holds(SERVICE, SERVICE_ARN)
    world.ecs.refuse("DescribeServices", RefusedError("AccessDeniedException"))
    finding = world.looked()
    assert finding.verdict is UNKNOWN
    assert finding.reason.endswith("DescribeServices in eu-west-1 was refused: AccessDeniedException")
