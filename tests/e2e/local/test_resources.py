"""The emulator's IAM judges a request by the service or the repository that it names, as AWS does."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from local.clients import ACCOUNT_ID, Aws, Credentials
from local.emulator import Emulator

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.e2e

EU, ROLE = "eu-west-1", "deployer"
CLUSTER, SHOP, OTHER = "world", "shop", "other"
RIGHTS: list[dict[str, Any]] = [
    {
        "Effect": "Allow",
        "Action": ["ecs:DescribeServices", "ecs:UpdateService"],
        "Resource": f"arn:aws:ecs:*:*:service/{CLUSTER}/{SHOP}",
    },
    {"Effect": "Allow", "Action": "ecr:DescribeRepositories", "Resource": f"arn:aws:ecr:*:*:repository/{SHOP}"},
    {
        "Effect": "Allow",
        "Action": "ecs:RegisterTaskDefinition",
        "Resource": f"arn:aws:ecs:*:*:task-definition/{SHOP}:*",
    },
]


def _document(*statements: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def _task_definition(family: str) -> dict[str, Any]:
    return {"family": family, "containerDefinitions": [{"name": "web", "image": "nginx", "memory": 64}]}


@pytest.fixture(scope="module")
def aws(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Aws]:
    """An emulator with two services of one cluster, two repositories, and a role that may use one of each."""
    with Emulator.start(tmp_path_factory.mktemp("emulator"), {"AUTH": "true"}) as started:
        aws = Aws(started.url)
        ecs, ecr, iam = (aws.client(name, EU) for name in ("ecs", "ecr", "iam"))
        ecs.create_cluster(clusterName=CLUSTER)
        for name in (SHOP, OTHER):
            ecs.register_task_definition(**_task_definition(name))
            ecs.create_service(cluster=CLUSTER, serviceName=name, taskDefinition=name, desiredCount=0)
            ecr.create_repository(repositoryName=name)
        trust = {"Effect": "Allow", "Principal": {"Service": "codepipeline.amazonaws.com"}, "Action": "sts:AssumeRole"}
        iam.create_role(RoleName=ROLE, AssumeRolePolicyDocument=_document(trust))
        iam.put_role_policy(RoleName=ROLE, PolicyName="rights", PolicyDocument=_document(*RIGHTS))
        yield aws


@pytest.fixture
def deployer(aws: Aws) -> Credentials:
    """The credentials of that role."""
    arn = f"arn:aws:iam::{ACCOUNT_ID}:role/{ROLE}"
    found = aws.client("sts", EU).assume_role(RoleArn=arn, RoleSessionName="deploying")["Credentials"]
    return Credentials(found["AccessKeyId"], found["SecretAccessKey"], found["SessionToken"])


def test_a_right_to_one_service_is_none_to_its_neighbour(aws: Aws, deployer: Credentials) -> None:
    ecs = aws.client("ecs", EU, deployer)
    assert ecs.describe_services(cluster=CLUSTER, services=[SHOP])["services"][0]["serviceName"] == SHOP
    assert ecs.update_service(cluster=CLUSTER, service=SHOP, desiredCount=0)["service"]["serviceName"] == SHOP
    with pytest.raises(ClientError, match=r"AccessDenied.*ecs:DescribeServices"):
        ecs.describe_services(cluster=CLUSTER, services=[OTHER])
    with pytest.raises(ClientError, match=r"AccessDenied.*ecs:UpdateService"):
        ecs.update_service(cluster=CLUSTER, service=OTHER, desiredCount=0)


def test_a_right_to_one_family_of_task_definitions_is_none_to_another(aws: Aws, deployer: Credentials) -> None:
    ecs = aws.client("ecs", EU, deployer)
    assert ecs.register_task_definition(**_task_definition(SHOP))["taskDefinition"]["family"] == SHOP
    with pytest.raises(ClientError, match=r"AccessDenied.*ecs:RegisterTaskDefinition"):
        ecs.register_task_definition(**_task_definition(OTHER))


def test_a_right_to_one_repository_is_none_to_another_nor_to_all(aws: Aws, deployer: Credentials) -> None:
    ecr = aws.client("ecr", EU, deployer)
    assert ecr.describe_repositories(repositoryNames=[SHOP])["repositories"][0]["repositoryName"] == SHOP
    for named in ({"repositoryNames": [OTHER]}, {}):
        with pytest.raises(ClientError, match=r"AccessDenied.*ecr:DescribeRepositories"):
            ecr.describe_repositories(**named)
