"""The strict checks against botocore's model."""

from typing import Any

import pytest

from local.codepipeline.service_model import operation, violations


def found(name: str, value: Any, *, output: bool = False) -> str:
    model = operation(name)
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
    assert operation("MakeCoffee") is None
