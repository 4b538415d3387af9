from __future__ import annotations

from dataclasses import dataclass

import pytest

from crosscheck.contracts.check import PlannedCheck
from crosscheck.contracts.verdicts import Finding, Verdict
from crosscheck.services.ecr.image_replication import ImageReplication
from tests.fakes.deployment_groups import FakeDeploymentGroups
from tests.fakes.ecr import FakeEcr
from tests.fakes.ecs import FakeEcs
from tests.fakes.json_protocol import FakeClients, RefusedError

REGION = "eu-west-1"
ACCOUNT = "111122223333"
SERVICE = {"cluster": "production-eu", "service": "my-service"}
GROUP = {"application": "blue-green", "group": "eu"}


def image(region: str, repository: str = "my-service", account: str = ACCOUNT) -> str:
    return f"{account}.dkr.ecr.{region}.amazonaws.com/{repository}:0a1b2c3"


@dataclass(frozen=True)
class World:
    """A service in one region, the registry of another."""

    ecs: FakeEcs
    ecr: FakeEcr
    codedeploy: FakeDeploymentGroups
    aws: FakeClients

    def define(self, *images: str, revision: str = "my-service:7") -> str:
        """Let the service's task definition name these images."""
        return self.ecs.define(revision, {f"c{number}": text for number, text in enumerate(images)})

    def run(self, parameters: dict[str, str] | None = None) -> Finding:
        return ImageReplication().run(PlannedCheck("image-replication", REGION, parameters or SERVICE), self.aws)


@pytest.fixture
def world() -> World:
    ecs, ecr, codedeploy = FakeEcs(REGION), FakeEcr(), FakeDeploymentGroups()
    aws = FakeClients({("ecs", REGION): ecs, ("ecr", "us-east-1"): ecr, ("codedeploy", REGION): codedeploy})
    made = World(ecs, ecr, codedeploy, aws)
    ecs.serve("production-eu", "my-service", made.define(image("us-east-1")))
    return made


def test_images_of_the_regions_own_registry_pass_without_a_warning(world: World) -> None:
    world.define(image(REGION), "public.ecr.aws/nginx/nginx:1", "Not An Image")
    finding = world.run()
    assert finding.verdict is Verdict.PASS
    assert finding.reason == "my-service:7 pulls nothing from another region's registry"
    assert finding.values == {"task definition": "my-service:7"}
    assert [found.reference for found in finding.images] == [image(REGION), "public.ecr.aws/nginx/nginx:1"]
    assert world.ecr.calls == []


def test_another_regions_registry_that_replicates_here_passes_and_is_pointed_out(world: World) -> None:
    world.ecr.replicate("ap-southeast-1", REGION, prefixes=("my-",))
    finding = world.run()
    assert finding.verdict is Verdict.PASS
    assert finding.reason == "my-service:7 pulls from us-east-1"
    assert finding.warning == (
        "task definition my-service pulls my-service from us-east-1: a regional outage there stops pulls "
        "in eu-west-1; it is replicated: name eu-west-1's own registry "
        "(111122223333.dkr.ecr.eu-west-1.amazonaws.com/my-service)"
    )


REPLICATE = (
    "task definition my-service pulls my-service from us-east-1: a regional outage there stops pulls "
    "in eu-west-1; replicate it and name eu-west-1's own registry "
    "(111122223333.dkr.ecr.eu-west-1.amazonaws.com/my-service)"
)


@pytest.mark.parametrize(("regions", "prefixes"), [((), ()), (("ap-southeast-1",), ()), ((REGION,), ("other",))])
def test_a_home_registry_that_no_rule_replicates_works_and_is_remarked_upon(
    world: World, regions: tuple[str, ...], prefixes: tuple[str, ...]
) -> None:
    if regions:
        world.ecr.replicate(*regions, prefixes=prefixes)
    finding = world.run()
    assert finding.verdict is Verdict.PASS
    assert finding.warning == REPLICATE


def test_the_next_revision_of_a_task_definition_is_remarked_upon_in_the_same_words(world: World) -> None:
    world.ecs.clusters["production-eu"]["my-service"]["taskDefinition"] = world.define(
        image("us-east-1"), revision="my-service:8"
    )
    assert world.run().warning == REPLICATE


def test_a_rule_to_another_account_brings_nothing_here(world: World) -> None:
    world.ecr.replicate(REGION, account="999988887777")
    assert world.run().warning == REPLICATE


def test_every_repository_of_a_task_is_told_and_each_once(world: World) -> None:
    world.ecr.replicate(REGION, prefixes=("my-service",))
    world.define(image("us-east-1"), image("us-east-1").replace("0a1b2c3", "other"), image("us-east-1", "sidecar"))
    finding = world.run()
    assert finding.verdict is Verdict.PASS
    assert "eu-west-1; it is replicated: name" in finding.warning
    assert (
        "pulls sidecar from us-east-1: a regional outage there stops pulls in eu-west-1; replicate" in finding.warning
    )
    assert len(world.ecr.called("DescribeRegistry")) == 2


def test_another_accounts_registry_keeps_its_rules_to_itself(world: World) -> None:
    world.define(image("us-east-1", account="999988887777"))
    finding = world.run()
    assert finding.verdict is Verdict.PASS
    assert "replicate it and name eu-west-1's own registry (999988887777.dkr.ecr" in finding.warning


def test_rules_that_may_not_be_read_leave_the_remark(world: World) -> None:
    world.ecr.refuse("DescribeRegistry", RefusedError("AccessDeniedException"))
    finding = world.run()
    assert (finding.verdict, finding.warning) == (Verdict.PASS, REPLICATE)


def test_blue_green_is_looked_at_through_its_deployment_group(world: World) -> None:
    world.codedeploy.groups = {"blue-green": {"eu": [("production-eu", "my-service")]}}
    service = world.ecs.clusters["production-eu"]["my-service"]
    service["taskSets"] = [
        {"id": "ecs-svc/1", "status": "ACTIVE", "taskDefinition": world.ecs.arn("task-definition", "my-service:6")},
        {"id": "ecs-svc/2", "status": "PRIMARY", "taskDefinition": service.pop("taskDefinition")},
    ]
    assert world.run(GROUP).warning == REPLICATE


@pytest.mark.parametrize(
    ("groups", "words"),
    [
        ({}, "there is no deployment group blue-green/eu: its deploy action fails, unless"),
        ({"blue-green": {}}, "there is no deployment group blue-green/eu: its deploy action fails, unless"),
        ({"blue-green": {"eu": []}}, "deployment group blue-green/eu names no ECS service: add one to it"),
        (
            {"blue-green": {"eu": [("none", "my-service")]}},
            "there is no service my-service in cluster none: its deploy",
        ),
    ],
)
def test_a_deployment_group_that_leads_nowhere_is_inconclusive(
    world: World, groups: dict[str, dict[str, list[tuple[str, str]]]], words: str
) -> None:
    world.codedeploy.groups = groups
    finding = world.run(GROUP)
    assert finding.verdict is Verdict.INCONCLUSIVE
    assert finding.reason.startswith(words)


@pytest.mark.parametrize("change", [{"status": "INACTIVE"}, {"taskDefinition": ""}])
def test_a_service_that_runs_nothing_is_inconclusive(world: World, change: dict[str, str]) -> None:
    world.ecs.clusters["production-eu"]["my-service"] |= change
    assert world.run().verdict is Verdict.INCONCLUSIVE


@pytest.mark.parametrize("parameters", [{**SERVICE, "service": "gone"}, {**SERVICE, "cluster": "gone"}])
def test_a_service_that_is_not_there_may_come_with_the_release(world: World, parameters: dict[str, str]) -> None:
    finding = world.run(parameters)
    assert finding.verdict is Verdict.INCONCLUSIVE
    assert finding.reason.endswith("its deploy action fails, unless this release itself creates it before")


@pytest.mark.parametrize(
    ("fake", "operation", "told"),
    [
        ("ecs", "DescribeServices", "in eu-west-1 was refused: AccessDeniedException (Crosscheck needs ecs:Describe"),
        ("ecs", "DescribeTaskDefinition", "(Crosscheck needs ecs:DescribeTaskDefinition on production-eu/my-service)"),
    ],
)
def test_f17_a_denied_read_is_inconclusive_and_names_the_right(
    world: World, fake: str, operation: str, told: str
) -> None:
    getattr(world, fake).refuse(operation, RefusedError("AccessDeniedException"))
    finding = world.run()
    assert finding.verdict is Verdict.INCONCLUSIVE
    assert told in finding.reason


def test_f17_a_deployment_group_that_may_not_be_read(world: World) -> None:
    world.codedeploy.refuse("GetDeploymentGroup", RefusedError("AccessDeniedException"))
    assert "(Crosscheck needs codedeploy:GetDeploymentGroup on blue-green/eu)" in world.run(GROUP).reason
