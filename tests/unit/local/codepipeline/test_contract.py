"""The same requests to the local CodePipeline and to moto's: the same shape of answer, the same error.

``LOOSER`` names what moto does otherwise, and what CodePipeline's model says of it.
"""

from datetime import datetime
from typing import Any

import pytest
from botocore.exceptions import ClientError

from local.codepipeline.service import SERVICE
from tests.unit.local.codepipeline.fakes import SESSION
from tests.unit.local.codepipeline.harness import HOME, Account, Wire
from tests.unit.local.codepipeline.wires import ROLE, git_source, invoke, pipeline

ARN = f"arn:aws:codepipeline:{HOME}:111122223333:my-pipeline"
UNKNOWN = "11111111-2222-3333-4444-555555555555"
TRUST = (
    '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole", '
    '"Principal": {"Service": "codepipeline.amazonaws.com"}}]}'
)

# The error of moto -> the one that CodePipeline's service model has for it.
LOOSER = {
    ("create_pipeline", "InvalidStructureException"): "PipelineNameInUseException",
    ("update_pipeline", "ResourceNotFoundException"): "PipelineNotFoundException",
}

# UpdatePipeline's model lists no error for an unknown pipeline; the service has to say something.
UNMODELLED = {("update_pipeline", "PipelineNotFoundException")}


@pytest.fixture
def both(account: Account) -> tuple[Any, Any]:
    """Our client and moto's, in the same account."""
    iam = account.aws.client("iam", HOME)
    iam.create_role(RoleName=ROLE.rpartition("/")[2], AssumeRolePolicyDocument=TRUST)
    return account.api(), SESSION.client(
        "codepipeline",
        region_name=HOME,
        aws_access_key_id="111122223333",
        aws_secret_access_key="local",  # noqa: S106 - nobody checks it
    )


def wire(**more: Any) -> Wire:
    return pipeline([git_source()], [invoke(function="nobody-made-it")], **more)


def ask(client: Any, name: str, request: Wire) -> Any:
    try:
        answer = getattr(client, name)(**request)
    except ClientError as error:
        return error.response["Error"]["Code"]
    answer.pop("ResponseMetadata")
    return answer


def shape(value: Any) -> Any:
    """The names and types in an answer; what differs from run to run is left out."""
    match value:
        case dict():
            return {key: shape(each) for key, each in value.items()}
        case list():
            return [shape(each) for each in value]
        case datetime():
            return "time"
        case _:
            return value


GOOD: list[tuple[str, Wire]] = [
    ("create_pipeline", {"pipeline": wire(), "tags": [{"key": "b", "value": "2"}, {"key": "a", "value": "1"}]}),
    ("get_pipeline", {"name": "my-pipeline"}),
    ("list_tags_for_resource", {"resourceArn": ARN}),
    ("tag_resource", {"resourceArn": ARN, "tags": [{"key": "a", "value": "3"}]}),
    ("untag_resource", {"resourceArn": ARN, "tagKeys": ["b", "never-there"]}),
    ("list_tags_for_resource", {"resourceArn": ARN}),
    ("update_pipeline", {"pipeline": wire()}),
    ("get_pipeline", {"name": "my-pipeline"}),
    ("delete_pipeline", {"name": "my-pipeline"}),
    ("list_pipelines", {}),
]


def test_a_pipelines_life_has_the_same_answers(both: tuple[Any, Any]) -> None:
    ours, motos = both
    for name, request in GOOD:
        assert shape(ask(ours, name, request)) == shape(ask(motos, name, request)), name


def test_lists_of_pipelines_have_what_motos_have(both: tuple[Any, Any]) -> None:
    ours, motos = both
    lists = []
    for client in (ours, motos):
        client.create_pipeline(pipeline=wire())
        lists.append(client.list_pipelines()["pipelines"][0])
    assert shape(lists[1]).items() <= shape(lists[0]).items()


ONE_STAGE = wire() | {"stages": wire()["stages"][:1]}
BAD: list[tuple[str, Wire]] = [
    ("create_pipeline", {"pipeline": ONE_STAGE}),
    ("create_pipeline", {"pipeline": wire()}),
    ("update_pipeline", {"pipeline": wire(name="other")}),
    ("get_pipeline", {"name": "other"}),
    ("start_pipeline_execution", {"name": "other"}),
    ("get_pipeline_execution", {"pipelineName": "other", "pipelineExecutionId": UNKNOWN}),
    ("get_pipeline_execution", {"pipelineName": "my-pipeline", "pipelineExecutionId": UNKNOWN}),
    ("list_pipeline_executions", {"pipelineName": "other"}),
    ("list_tags_for_resource", {"resourceArn": f"{ARN}-other"}),
    ("tag_resource", {"resourceArn": f"{ARN}-other", "tags": [{"key": "a", "value": ""}]}),
    ("untag_resource", {"resourceArn": f"{ARN}-other", "tagKeys": ["a"]}),
    ("tag_resource", {"resourceArn": ARN, "tags": [{"key": "aws:a", "value": ""}]}),
    ("tag_resource", {"resourceArn": ARN, "tags": [{"key": str(number), "value": ""} for number in range(51)]}),
]


@pytest.mark.parametrize(("name", "request_"), BAD)
def test_the_same_errors(both: tuple[Any, Any], name: str, request_: Wire) -> None:
    ours, motos = both
    for client in both:
        client.create_pipeline(pipeline=wire())
    told, motos_word = ask(ours, name, request_), ask(motos, name, request_)
    allowed = {motos_word, LOOSER.get((name, motos_word), motos_word)}
    assert told in allowed
    model = SERVICE.operation("".join(part.title() for part in name.split("_")))
    assert model is not None
    modelled = {error.name for error in model.error_shapes}
    assert told in modelled or (name, told) in UNMODELLED


def test_executions_have_what_motos_have(both: tuple[Any, Any], account: Account) -> None:
    ours, motos = both
    answers: list[tuple[set[str], set[str]]] = []
    for client in (ours, motos):
        client.create_pipeline(pipeline=wire(variables=[{"name": "mood", "defaultValue": "calm"}]))
        execution = client.start_pipeline_execution(name="my-pipeline", variables=[{"name": "mood", "value": "bold"}])[
            "pipelineExecutionId"
        ]
        shown = client.get_pipeline_execution(pipelineName="my-pipeline", pipelineExecutionId=execution)
        listed = client.list_pipeline_executions(pipelineName="my-pipeline")["pipelineExecutionSummaries"][0]
        assert listed["pipelineExecutionId"] == execution
        assert shown["pipelineExecution"]["variables"] == [{"name": "mood", "resolvedValue": "bold"}]
        answers.append((set(shown["pipelineExecution"]), set(listed)))
    assert answers[1][0] <= answers[0][0]
    assert answers[1][1] <= answers[0][1]
