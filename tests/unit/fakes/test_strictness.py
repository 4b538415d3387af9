"""The fakes are as strict as AWS: by botocore's models, and by moto where moto has the API."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import boto3
import botocore.session
import pytest
from botocore import xform_name
from botocore.exceptions import ClientError
from moto import mock_aws

from crosscheck.clients import Clients
from tests.fakes import (  # noqa: F401 - so that every fake is known
    beanstalk,
    buckets,
    cloudformation,
    cloudwatch,
    codedeploy,
    codepipeline_decisions,
    codepipeline_history,
    codepipeline_plans,
    codepipeline_stages,
    deployment_groups,
    ec2,
    ecr,
    ecs,
    ecs_deployments,
    kms,
    lambda_service,
)
from tests.fakes.json_protocol import FakeClients, JsonService, RefusedError, check
from tests.fakes.regions.session import FakeSession

MODELS = botocore.session.get_session()


def fakes(of: type[JsonService] = JsonService) -> Iterator[type[JsonService]]:
    """Every fake of a service that answers by the names of its operations; that of S3 answers requests of HTTP."""
    for kind in of.__subclasses__():
        if kind.service and "send" not in vars(kind):
            yield kind
        yield from fakes(kind)


@pytest.mark.parametrize("kind", sorted(set(fakes()), key=str), ids=lambda kind: f"{kind.__module__}.{kind.__name__}")
def test_a_fake_answers_operations_that_its_service_has(kind: type[JsonService]) -> None:
    operations = {xform_name(name) for name in MODELS.get_service_model(kind.service).operation_names}
    assert operations & set(dir(kind))


class Repositories(JsonService):
    """Answers as a test says."""

    service = "ecr"

    def __init__(self, answer: dict[str, Any], error: str = "") -> None:
        super().__init__()
        self.given, self.error = answer, error

    def describe_repositories(self, _body: object) -> dict[str, Any]:
        """The answer, or the error."""
        if self.error:
            raise RefusedError(self.error)
        return self.given


def asked(fake: JsonService, **parameters: Any) -> Any:
    """What the real client makes of it."""
    return FakeClients({("ecr", "us-east-1"): fake}).client("ecr", "us-east-1").describe_repositories(**parameters)


@pytest.mark.parametrize(
    "answer",
    [
        {"repository": []},
        {"repositories": {}},
        {"repositories": [{"repositoryName": 5}]},
        {"repositories": [{"createdAt": []}]},
        {"repositories": [{"imageScanningConfiguration": {"scanOnPush": "true"}}]},
        {"repositories": [{"imageTagMutability": "SOMETIMES"}]},
    ],
)
def test_an_answer_that_the_service_could_not_give_is_the_fakes_mistake(answer: dict[str, Any]) -> None:
    """It must not look like a refusal, which the code under test has an answer to."""
    with pytest.raises(AssertionError, match="no answer of ecr"):
        asked(Repositories(answer))


def test_an_answer_of_the_service_is_given() -> None:
    made = {"repositoryName": "web", "createdAt": datetime(2026, 3, 4, tzinfo=UTC)}
    assert asked(Repositories({"repositories": [made]}))["repositories"][0]["repositoryName"] == "web"


def test_an_error_that_the_operation_does_not_know_is_the_fakes_mistake() -> None:
    with pytest.raises(ClientError, match="RepositoryNotFoundException"):
        asked(Repositories({}, "RepositoryNotFoundException"))
    with pytest.raises(AssertionError, match="DescribeRepositories knows no NoSuchRepository"):
        asked(Repositories({}, "NoSuchRepository"))


@pytest.mark.parametrize(
    "given", [{"repositoryNames": ["UPPER CASE"]}, {"repositoryNames": []}, {"registryId": "12"}, {"maxResults": 5}]
)
def test_a_request_is_held_against_patterns_and_lengths_which_boto3_does_not_check(given: dict[str, Any]) -> None:
    model = MODELS.get_service_model("ecr").operation_model("DescribeRepositories").input_shape
    wrong = given != {"maxResults": 5}
    try:
        check(given, model, "DescribeRepositories")
    except RefusedError:
        assert wrong
    else:
        assert not wrong


# A call of something that is not there: what the fake answers is what moto answers.
STACK = {"StackName": "absent"}
GROUP = {"applicationName": "a", "deploymentGroupName": "g"}
ABSENT: list[tuple[str, str, dict[str, Any], Callable[[], JsonService]]] = [
    ("ecr", "describe_images", {"repositoryName": "absent"}, ecr.FakeEcr),
    ("kms", "describe_key", {"KeyId": "alias/absent"}, lambda: kms.FakeKms("us-east-1")),
    ("lambda", "get_alias", {"FunctionName": "absent", "Name": "live"}, lambda_service.FakeLambda),
    ("codepipeline", "get_pipeline", {"name": "absent"}, codepipeline_plans.FakePipelines),
    ("codedeploy", "get_deployment_group", GROUP, lambda: codedeploy.FakeCodeDeploy(datetime(2026, 3, 4, tzinfo=UTC))),
    ("cloudformation", "describe_stacks", STACK, lambda: cloudformation.FakeCloudFormation("us-east-1")),
]  # fmt: skip


@pytest.mark.parametrize(("service", "operation", "given", "fake"), ABSENT, ids=[f"{s}-{o}" for s, o, _, _ in ABSENT])
def test_what_is_absent_is_refused_as_moto_refuses_it(
    service: str, operation: str, given: dict[str, Any], fake: Callable[[], JsonService]
) -> None:
    with mock_aws():
        theirs = refusal(boto3.client(service, region_name="us-east-1"), operation, given)  # type: ignore[call-overload]
    assert refusal(client_of(fake()), operation, given) == theirs


def client_of(fake: JsonService) -> Any:
    """The real client in front of a fake."""
    if hasattr(fake, "attach"):
        client: Any = Clients(boto3.Session(region_name="us-east-1")).client(fake.service)  # type: ignore[call-overload]
        fake.attach(client)
        return client
    return FakeClients({(fake.service, None): fake}).client(fake.service, "us-east-1")  # type: ignore[call-overload]


def refusal(client: Any, operation: str, given: dict[str, Any]) -> str:
    """The code of the error."""
    with pytest.raises(ClientError) as refused:
        getattr(client, operation)(**given)
    return str(refused.value.response["Error"]["Code"])


@pytest.mark.parametrize(
    ("answer", "refused"),
    [({"KeyId": "k"}, False), ({"Key": "k"}, True), ({"KeyId": 5}, True), ({"KeyId": ""}, True)],
)
def test_the_fakes_of_regions_answer_in_the_form_of_the_services_model(answer: dict[str, Any], refused: bool) -> None:
    client = FakeSession("us-east-1", lambda *_: answer).client("kms")
    if refused:
        with pytest.raises(RefusedError):
            client.cancel_key_deletion(KeyId="k")
    else:
        assert client.cancel_key_deletion(KeyId="k") == answer
