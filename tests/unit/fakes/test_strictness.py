"""The fakes are as strict as AWS: by botocore's models, and by moto where moto has the API."""

from __future__ import annotations

import ast
import inspect
import textwrap
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
from tests.fakes.known_errors import DOCUMENTED, assert_known, modelled_errors
from tests.fakes.regions import ecr as regional_ecr
from tests.fakes.regions import events as events_fake
from tests.fakes.regions import kms as regional_kms
from tests.fakes.regions import s3, ssm, stacks
from tests.fakes.regions.errors import refusal as refused_in_a_region
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


# What FakeBuckets and moto are asked alike, of buckets that are alike.
LIST = {"Bucket": "mine", "Prefix": "a", "MaxKeys": 2}
OF_BUCKETS: list[tuple[str, dict[str, Any]]] = [
    *((operation, {"Bucket": bucket}) for bucket in ("mine", "bare", "absent") for operation in (
        "get_bucket_location", "get_bucket_versioning", "get_bucket_encryption", "get_bucket_policy", "list_objects_v2"
    )),
    ("list_objects_v2", LIST),
    ("list_objects_v2", {"Bucket": "mine", "Prefix": "z"}),
]  # fmt: skip
KEYS = ["a b&c/%.zip", "a+\u00e9", "a3", "b"]
POLICY = '{"Version": "2012-10-17", "Statement": []}'


def answered(client: Any, operation: str, given: dict[str, Any]) -> Any:
    """What a client makes of it, as far as a fake says it; the code of an error."""
    try:
        answer = getattr(client, operation)(**given)
    except ClientError as error:
        return error.response["Error"]["Code"]
    told = ("LocationConstraint", "Status", "ServerSideEncryptionConfiguration", "Policy", "IsTruncated", "KeyCount")
    known = {name: answer[name] for name in told if answer.get(name)}
    for rule in known.get("ServerSideEncryptionConfiguration", {}).get("Rules", []):
        rule.pop("BucketKeyEnabled", None)
    return {**known, "Keys": [each["Key"] for each in answer.get("Contents", [])]}


@pytest.mark.parametrize("region", ["us-east-1", "eu-west-1"])
@pytest.mark.parametrize(("operation", "given"), OF_BUCKETS, ids=[f"{o}-{g}" for o, g in OF_BUCKETS])
def test_the_fake_of_buckets_answers_as_moto_does(region: str, operation: str, given: dict[str, Any]) -> None:
    mine = buckets.FakeBucket(region, "Enabled", "AES256", KEYS, policy=POLICY)
    fake = buckets.FakeBuckets(mine=mine, bare=buckets.FakeBucket(region, "", encryption=""))
    ours = FakeClients({("s3", None): fake}).client("s3", region)
    with mock_aws():
        theirs = boto3.client("s3", region_name=region)
        place: Any = {} if region == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": region}}
        for name in ("mine", "bare"):
            theirs.create_bucket(Bucket=name, **place)
        theirs.put_bucket_versioning(Bucket="mine", VersioningConfiguration={"Status": "Enabled"})
        theirs.put_bucket_policy(Bucket="mine", Policy=POLICY)
        rule: Any = {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}
        theirs.put_bucket_encryption(Bucket="mine", ServerSideEncryptionConfiguration={"Rules": [rule]})
        for key in KEYS:
            theirs.put_object(Bucket="mine", Key=key)
        assert answered(ours, operation, given) == answered(theirs, operation, given)


def test_the_fake_of_buckets_lists_page_by_page() -> None:
    fake = buckets.FakeBuckets(mine=buckets.FakeBucket("us-east-1", keys=KEYS))
    client = FakeClients({("s3", None): fake}).client("s3", "us-east-1")
    pages = client.get_paginator("list_objects_v2").paginate(Bucket="mine", PaginationConfig={"PageSize": 3})
    assert [[each["Key"] for each in page["Contents"]] for page in pages] == [sorted(KEYS)[:3], sorted(KEYS)[3:]]


def test_the_fake_of_buckets_is_as_strict_as_s3() -> None:
    fake = buckets.FakeBuckets(mine=buckets.FakeBucket("us-east-1", "Sometimes"))
    client = FakeClients({("s3", None): fake}).client("s3", "us-east-1")
    with pytest.raises(ClientError, match="AccessDenied"):
        client.get_bucket_versioning(Bucket="mine", ExpectedBucketOwner="999988887777")
    with pytest.raises(AssertionError, match="no answer of S3"):
        client.get_bucket_versioning(Bucket="mine")
    fake.refuse("GetBucketVersioning", RefusedError("NoSuchBucketPolicy"))
    with pytest.raises(AssertionError, match="GetBucketVersioning knows no NoSuchBucketPolicy"):
        client.get_bucket_versioning(Bucket="mine")


def raised(kind: type) -> Iterator[tuple[str, str]]:
    """Each operation of a fake of regions, and the code of each refusal that its code can raise."""
    methods = {
        node.name: node
        for node in ast.walk(ast.parse(textwrap.dedent(inspect.getsource(kind))))
        if isinstance(node, ast.FunctionDef)
    }

    def codes(name: str, seen: frozenset[str]) -> Iterator[str]:
        for node in ast.walk(methods[name]):
            if not isinstance(node, ast.Call):
                continue
            if isinstance(node.func, ast.Name) and node.func.id == "refusal":
                given = node.args[0]
                yield str(given.value) if isinstance(given, ast.Constant) else events_fake.NOT_FOUND
            elif isinstance(node.func, ast.Attribute) and node.func.attr in methods.keys() - seen:
                yield from codes(node.func.attr, seen | {node.func.attr})

    for name in methods:
        if name[0].isupper():
            yield from ((name, code) for code in codes(name, frozenset({name})))


OF_REGIONS = {
    "s3": s3.FakeS3,
    "kms": regional_kms.FakeKms,
    "ssm": ssm.FakeSsm,
    "cloudformation": stacks.FakeStacks,
    "events": events_fake.FakeEvents,
    "ecr": regional_ecr.FakeEcr,
}
RAISED = sorted({(service, *each) for service, kind in OF_REGIONS.items() for each in raised(kind)})


def test_the_errors_of_the_fakes_are_found() -> None:
    assert {service for service, _, _ in RAISED} == OF_REGIONS.keys()
    assert ("kms", "UpdateAlias", "KMSInvalidStateException") in RAISED, "through a method that others use as well"
    assert len(RAISED) > 80


@pytest.mark.parametrize(("service", "operation", "code"), RAISED)
def test_a_fake_of_regions_raises_what_the_operation_can_answer(service: str, operation: str, code: str) -> None:
    assert_known(MODELS.get_service_model(service).operation_model(operation), code)


@pytest.mark.parametrize(("service", "operation"), sorted(DOCUMENTED))
def test_what_is_documented_only_is_not_modelled(service: str, operation: str) -> None:
    """A model that learns of a code makes its line needless."""
    model = MODELS.get_service_model(service)
    names = [operation] if operation else model.operation_names
    for code in DOCUMENTED[service, operation]:
        assert not all(code in modelled_errors(model.operation_model(name)) for name in names), code


def test_a_client_of_regions_lets_no_unknown_error_through() -> None:
    def call(*_: object) -> dict[str, Any]:
        raise refused_in_a_region("NoSuchBucket")

    with pytest.raises(AssertionError, match="CancelKeyDeletion knows no NoSuchBucket"):
        FakeSession("us-east-1", call).client("kms").cancel_key_deletion(KeyId="k")
