"""The strict checks against botocore's model."""

from typing import Any

import botocore.session
import pytest

from local.aws_json.constraints import compiled, report, violations, without_unknown
from local.aws_json.model import Service

CODEPIPELINE = Service("codepipeline")


def found(name: str, value: Any, *, output: bool = False) -> str:
    model = CODEPIPELINE.operation(name)
    assert model is not None
    return "; ".join(violations(value, model.output_shape if output else model.input_shape))


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ({}, "'name' failed to satisfy constraint: Member must not be null"),
        ({"name": "no spaces"}, "regular expression pattern"),
        ({"name": "x" * 101}, "length less than or equal to 100"),
        ({"name": ""}, "length greater than or equal to 1"),
        ({"name": 7}, "type string"),
        ({"name": "x", "version": 0}, "greater than or equal to 1"),
        ({"name": "x", "version": True}, "type integer"),
        ({"name": "x", "other": 1}, "'other' failed to satisfy constraint: Member is unknown"),
        ([], "must be a structure"),
    ],
)
def test_requests(value: Any, words: str) -> None:
    assert words in found("GetPipeline", value)


def test_enums_lists_and_maps_are_looked_into() -> None:
    retry = {"pipelineName": "p", "stageName": "s", "pipelineExecutionId": "x", "retryMode": "SOME"}
    assert "enum value set: [FAILED_ACTIONS, ALL_ACTIONS]" in found("RetryStageExecution", retry)
    tags = {"resourceArn": "arn:aws:codepipeline:us-east-1:111122223333:p", "tags": [{"key": "", "value": "v"}]}
    assert "'tags.1.member.key'" in found("TagResource", tags)
    job = {"jobId": "11111111-2222-3333-4444-555555555555", "outputVariables": {"a b": "v"}}
    assert "'outputVariables.key'" in found("PutJobSuccessResult", job)


def test_responses() -> None:
    assert not found("ListPipelines", {"pipelines": [{"name": "p", "version": 1, "created": 1.5}]}, output=True)
    assert "type timestamp" in found("ListPipelines", {"pipelines": [{"created": "today"}]}, output=True)


def test_values_stay_out_of_the_text() -> None:
    assert "secret-value" not in found("GetPipeline", {"name": "secret-value!"})


def test_an_unknown_operation_is_none() -> None:
    assert CODEPIPELINE.operation("MakeCoffee") is None


def test_longs_and_doubles() -> None:
    model = Service("ecs").operation("DescribeTaskSets")
    assert model is not None
    scaled = {"taskSets": [{"scale": {"value": 100.0, "unit": "PERCENT"}}]}
    assert not list(violations(scaled, model.output_shape))
    scaled["taskSets"][0]["scale"]["value"] = "all"
    assert "type double" in report(list(violations(scaled, model.output_shape)))
    image = Service("ecr").operation("DescribeImages")
    assert image is not None
    assert not list(violations({"imageDetails": [{"imageSizeInBytes": 2**40}]}, image.output_shape))
    assert "type long" in report(list(violations({"imageDetails": [{"imageSizeInBytes": 1.5}]}, image.output_shape)))


def test_what_clients_drop_is_left_out() -> None:
    model = Service("ecs").operation("DescribeServices")
    assert model is not None
    answer = {"services": [{"serviceName": "web", "madeUp": 1, "roleArn": None}], "other": []}
    assert without_unknown(answer, model.output_shape) == {"services": [{"serviceName": "web"}]}


def test_what_is_broken_is_counted() -> None:
    assert report(["a"]) == "1 validation error detected: a"
    assert report(["a", "b"]) == "2 validation errors detected: a; b"


@pytest.mark.parametrize("name", ["codepipeline", "codedeploy", "ecs", "ecr"])
def test_every_pattern_of_the_models_is_understood(name: str) -> None:
    model = botocore.session.get_session().get_service_model(name)
    patterns = {model.shape_for(shape).metadata.get("pattern", "") for shape in model.shape_names}
    assert all(compiled(pattern) for pattern in patterns)


@pytest.mark.parametrize(("key", "good"), [("crosscheck:é 1_½", True), ("a\tb", False), ("a*b", False)])
def test_unicode_classes(key: str, good: bool) -> None:
    model = Service("ecs").operation("TagResource")
    assert model is not None
    arn = "arn:aws:ecs:eu-west-1:111122223333:service/a/b"
    broken = list(violations({"resourceArn": arn, "tags": [{"key": key, "value": "v"}]}, model.input_shape))
    assert (not broken) is good
