"""The operations on pipelines, tags and lists of executions, with CodePipeline's own errors."""

import uuid
from itertools import chain
from typing import Any

import pytest

from tests.unit.local.codepipeline.harness import HOME, SECOND, Account
from tests.unit.local.codepipeline.wires import git_source, invoke, pipeline

NEXT = invoke(function="nobody-made-it")
ARN = "arn:aws:codepipeline:us-east-1:111122223333:my-pipeline"


@pytest.fixture
def execution(account: Account) -> str:
    started = account.create(pipeline([git_source()], [NEXT]), tags=[{"key": "crosscheck:channel", "value": "C1"}])
    account.ended("my-pipeline", started)
    return started


def test_a_pipeline_comes_back_with_codepipelines_defaults(account: Account) -> None:
    wire = pipeline([git_source()], [NEXT])
    del wire["executionMode"], wire["pipelineType"]
    account.create(wire)
    shown = account.api().get_pipeline(name="my-pipeline")
    assert (shown["pipeline"]["executionMode"], shown["pipeline"]["pipelineType"]) == ("SUPERSEDED", "V1")
    assert shown["pipeline"]["stages"][1]["actions"][0]["runOrder"] == 1
    assert shown["metadata"]["pipelineArn"] == ARN


def test_names_are_taken_once_in_each_region(account: Account, execution: str) -> None:
    with pytest.raises(account.api().exceptions.PipelineNameInUseException):
        account.api().create_pipeline(pipeline=pipeline([git_source()], [NEXT]))
    assert account.api(SECOND).list_pipelines()["pipelines"] == []


def test_versions_count_up_and_stay(account: Account, execution: str) -> None:
    wire = account.api().get_pipeline(name="my-pipeline")["pipeline"]
    wire["stages"][1]["name"] = "Renamed"
    assert account.api().update_pipeline(pipeline=wire)["pipeline"]["version"] == 2
    assert account.api().get_pipeline(name="my-pipeline", version=1)["pipeline"]["stages"][1]["name"] == "GateStage"
    with pytest.raises(account.api().exceptions.PipelineVersionNotFoundException):
        account.api().get_pipeline(name="my-pipeline", version=3)


def test_a_deleted_pipeline_is_gone_and_may_be_deleted_again(account: Account, execution: str) -> None:
    for _ in range(2):
        account.api().delete_pipeline(name="my-pipeline")
    with pytest.raises(account.api().exceptions.PipelineNotFoundException):
        account.api().get_pipeline(name="my-pipeline")


@pytest.mark.parametrize(
    ("operation", "parameters"),
    [
        ("get_pipeline", {"name": "p"}),
        ("get_pipeline_state", {"name": "p"}),
        ("start_pipeline_execution", {"name": "p"}),
        ("list_pipeline_executions", {"pipelineName": "p"}),
        ("list_action_executions", {"pipelineName": "p"}),
        ("update_pipeline", {"pipeline": pipeline([git_source()], [NEXT], name="p")}),
        ("get_pipeline_execution", {"pipelineName": "p", "pipelineExecutionId": str(uuid.uuid4())}),
        ("stop_pipeline_execution", {"pipelineName": "p", "pipelineExecutionId": str(uuid.uuid4())}),
    ],
)
def test_an_unknown_pipeline_is_not_found(account: Account, operation: str, parameters: dict[str, Any]) -> None:
    with pytest.raises(account.api().exceptions.PipelineNotFoundException):
        getattr(account.api(), operation)(**parameters)


def test_an_unknown_execution_is_not_found(account: Account, execution: str) -> None:
    with pytest.raises(account.api().exceptions.PipelineExecutionNotFoundException):
        account.execution("my-pipeline", str(uuid.uuid4()))


def test_user_parameters_over_1000_characters_are_refused(account: Account) -> None:
    wire = pipeline([git_source()], [invoke(configuration={"UserParameters": "x" * 1001})])
    with pytest.raises(account.api().exceptions.ValidationException, match="less than or equal to 1000"):
        account.api(validate=False).create_pipeline(pipeline=wire)


def test_tags_are_added_replaced_and_removed(account: Account, execution: str) -> None:
    api = account.api()
    api.tag_resource(resourceArn=ARN, tags=[{"key": "crosscheck:channel", "value": "C2"}, {"key": "a", "value": ""}])
    assert api.list_tags_for_resource(resourceArn=ARN)["tags"] == [
        {"key": "a", "value": ""},
        {"key": "crosscheck:channel", "value": "C2"},
    ]
    api.untag_resource(resourceArn=ARN, tagKeys=["a", "never-there"])
    assert [tag["key"] for tag in api.list_tags_for_resource(resourceArn=ARN)["tags"]] == ["crosscheck:channel"]


def test_the_tags_that_steer_crosscheck_come_back_as_they_were(account: Account, execution: str) -> None:
    wanted = {
        "crosscheck:channel": "C0RELEASES",
        "crosscheck:ignore": "true",
        "crosscheck:plan": "/crosscheck/plans/my_service-1.json",
        "crosscheck:rollback": "auto",
    }
    tags = [{"key": key, "value": value} for key, value in wanted.items()]
    account.api().tag_resource(resourceArn=ARN, tags=tags)
    assert account.api().list_tags_for_resource(resourceArn=ARN)["tags"] == tags


def test_tags_that_aws_refuses(account: Account, execution: str) -> None:
    errors, api = account.api().exceptions, account.api()
    with pytest.raises(errors.InvalidTagsException):
        api.tag_resource(resourceArn=ARN, tags=[{"key": "aws:x", "value": ""}])
    with pytest.raises(errors.TooManyTagsException):
        api.tag_resource(resourceArn=ARN, tags=[{"key": str(number), "value": ""} for number in range(50)])
    with pytest.raises(errors.ResourceNotFoundException):
        api.list_tags_for_resource(resourceArn=f"{ARN}-other")


def test_executions_are_listed_newest_first_in_pages(account: Account, execution: str) -> None:
    later = [account.start("my-pipeline") for _ in range(4)]
    pages = (
        account.api()
        .get_paginator("list_pipeline_executions")
        .paginate(pipelineName="my-pipeline", PaginationConfig={"PageSize": 2})
    )
    listed = [[each["pipelineExecutionId"] for each in page["pipelineExecutionSummaries"]] for page in pages]
    assert [len(page) for page in listed] == [2, 2, 1]
    assert list(chain.from_iterable(listed)) == [*reversed(later), execution]


def test_a_made_up_token_is_refused(account: Account, execution: str) -> None:
    for operation in ("list_pipeline_executions", "list_action_executions"):
        with pytest.raises(account.api().exceptions.InvalidNextTokenException):
            getattr(account.api(), operation)(pipelineName="my-pipeline", nextToken="made-up")


def test_executions_can_be_filtered_by_a_stage_that_succeeded(account: Account, execution: str) -> None:
    def listed(stage: str) -> list[str]:
        answer = account.api().list_pipeline_executions(
            pipelineName="my-pipeline", filter={"succeededInStage": {"stageName": stage}}
        )
        return [each["pipelineExecutionId"] for each in answer["pipelineExecutionSummaries"]]

    assert listed("SourceStage") == [execution]
    assert listed("GateStage") == []
    account.api().update_pipeline(pipeline=account.api().get_pipeline(name="my-pipeline")["pipeline"])
    assert listed("SourceStage") == []


def test_actions_are_listed_in_pages(account: Account, execution: str) -> None:
    pages = (
        account.api()
        .get_paginator("list_action_executions")
        .paginate(
            pipelineName="my-pipeline",
            filter={"pipelineExecutionId": execution},
            PaginationConfig={"PageSize": 1},
        )
    )
    listed = [each for page in pages for each in page["actionExecutionDetails"]]
    assert [(each["actionName"], each["status"]) for each in listed] == [("Gate", "Failed"), ("Source", "Succeeded")]
    assert listed[0]["lastUpdateTime"] >= listed[0]["startTime"]
    assert listed[0]["input"]["region"] == HOME


def test_the_same_request_token_starts_once(account: Account, execution: str) -> None:
    token = str(uuid.uuid4())
    assert account.start("my-pipeline", clientRequestToken=token) == account.start(
        "my-pipeline", clientRequestToken=token
    )


def test_pipeline_variables_are_checked_at_the_start(account: Account) -> None:
    account.create(pipeline([git_source()], [NEXT], variables=[{"name": "mood"}]))
    refused = account.api().exceptions.ValidationException
    with pytest.raises(refused, match="mood"):
        account.start("my-pipeline")
    with pytest.raises(refused, match="other"):
        account.start("my-pipeline", variables=[{"name": "mood", "value": "m"}, {"name": "other", "value": "o"}])
    execution = account.start("my-pipeline", variables=[{"name": "mood", "value": "calm"}])
    assert account.execution("my-pipeline", execution)["variables"] == [{"name": "mood", "resolvedValue": "calm"}]


def test_the_state_shows_each_stage(account: Account, execution: str) -> None:
    state = account.api().get_pipeline_state(name="my-pipeline")
    source, gate = state["stageStates"]
    assert source["latestExecution"] == {"pipelineExecutionId": execution, "status": "Succeeded", "type": "STANDARD"}
    revision = account.execution("my-pipeline", execution)["artifactRevisions"][0]["revisionId"]
    assert source["actionStates"][0]["currentRevision"]["revisionId"] == revision
    assert gate["latestExecution"]["status"] == "Failed"
    assert gate["actionStates"][0]["latestExecution"]["status"] == "Failed"
    assert gate["inboundTransitionState"] == {"enabled": True}
