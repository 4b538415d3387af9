"""What IAM is asked for requests to ECS and ECR."""

from __future__ import annotations

import json
from typing import Any

import pytest

from local.clients import ACCOUNT_ID
from local.emulator.launcher.resources import EVERYTHING, KINDS, Kind, resource
from tests.unit.local.reference import resource_types

REGION = "eu-west-1"
ECS = f"arn:aws:ecs:{REGION}:{ACCOUNT_ID}:"
ECR = f"arn:aws:ecr:{REGION}:{ACCOUNT_ID}:"
DEPLOYMENT = f"{ECS}service-deployment/world/shop/1"


def asked(service: str, operation: str, region: str = REGION, /, **parameters: Any) -> str:
    return resource(service, operation, json.dumps(parameters).encode(), region, ACCOUNT_ID)


@pytest.mark.parametrize(
    ("service", "operation", "kind"),
    [(service, operation, kind) for service, kinds in KINDS.items() for operation, kind in kinds.items()],
)
def test_the_kinds_are_those_of_the_service_authorization_reference(service: str, operation: str, kind: Kind) -> None:
    types = resource_types(service, operation)
    assert kind.name in types if types else kind.name == EVERYTHING


@pytest.mark.parametrize(
    ("operation", "parameters", "wanted"),
    [
        ("UpdateService", {"cluster": "world", "service": "shop"}, f"{ECS}service/world/shop"),
        ("UpdateService", {"service": "shop"}, f"{ECS}service/default/shop"),
        ("UpdateService", {"cluster": f"{ECS}cluster/world", "service": "shop"}, f"{ECS}service/world/shop"),
        ("UpdateService", {"cluster": "a", "service": f"{ECS}service/world/shop"}, f"{ECS}service/world/shop"),
        ("DescribeServices", {"cluster": "world", "services": ["shop", "inn"]}, f"{ECS}service/world/shop"),
        ("ListServiceDeployments", {"cluster": "world", "service": "shop"}, f"{ECS}service/world/shop"),
        ("DescribeServiceDeployments", {"serviceDeploymentArns": [DEPLOYMENT]}, DEPLOYMENT),
        ("StopServiceDeployment", {"serviceDeploymentArn": DEPLOYMENT}, DEPLOYMENT),
        ("DescribeTasks", {"cluster": "world", "tasks": ["1"]}, f"{ECS}task/world/1"),
        ("ListTasks", {"cluster": "world", "serviceName": "shop"}, f"{ECS}container-instance/world/*"),
        ("RegisterTaskDefinition", {"family": "shop"}, f"{ECS}task-definition/shop:*"),
        ("TagResource", {"resourceArn": f"{ECS}task-definition/shop:1"}, f"{ECS}task-definition/shop:1"),
        ("DescribeTaskDefinition", {"taskDefinition": "shop:1"}, EVERYTHING),
    ],
)
def test_ecs_is_asked_for_what_a_request_names(operation: str, parameters: dict[str, Any], wanted: str) -> None:
    assert asked("ecs", operation, **parameters) == wanted


def test_ecr_is_asked_for_the_repository_or_for_every_one() -> None:
    assert asked("ecr", "DescribeRepositories", repositoryNames=["team/shop"]) == f"{ECR}repository/team/shop"
    assert asked("ecr", "DescribeRepositories") == f"{ECR}repository/*"


def test_an_arn_has_the_partition_of_its_region() -> None:
    assert asked("ecs", "UpdateService", "cn-north-1", service="shop").startswith("arn:aws-cn:ecs:cn-north-1:")


@pytest.mark.parametrize(
    ("service", "operation"), [("ecs", "ListClusters"), ("ecr", "PutImage"), ("sqs", "SendMessage")]
)
def test_whatever_else_is_asked_of_ministack(service: str, operation: str) -> None:
    assert asked(service, operation) == ""
    assert resource("ecs", "UpdateService", b"{", REGION, ACCOUNT_ID) == ""
