"""Every right of the stack against AWS's service authorization reference: it exists, and it allows something."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest

from tests.template.expanded import Template, expanded, resources
from tests.template.iam_reference import NEWER_ACTIONS, arn_formats, exists, takes_tags

# Where AWS could limit an action and the template does not, and why.
UNLIMITED = {
    "cloudwatch:DescribeAlarmHistory": "limited to alarms it shows nothing of composite ones",
    "cloudwatch:DescribeAlarms": "limited to alarms it shows no composite ones",
    "cloudwatch:GetMetricData": "limited to a dataset it reads no metrics of AWS's services",
    "ecs:ListTasks": "limited to a container instance it lists none of a service's tasks",
    "kms:TagResource": "a key that is being made has no ARN yet; what may be tagged, its condition says",
}
# What no action of its statement is done to, by the reference, and why it is there.
BESIDES = {
    "arn:aws:kms:*:111122223333:alias/pipeline-artifacts*": "KMS refuses an alias that names no key by its own ARN"
}
# What `Ref` and `Fn::GetAtt` of a resource stand for, as far as policies need it.
ARNS = {
    "AWS::DynamoDB::Table": "arn:aws:dynamodb:us-east-1:111122223333:table/{name}",
    "AWS::IAM::Role": "arn:aws:iam::111122223333:role/{name}",
    "AWS::Lambda::Function": "arn:aws:lambda:us-east-1:111122223333:function:{name}",
    "AWS::Logs::LogGroup": "arn:aws:logs:us-east-1:111122223333:log-group:{name}:*",
    "AWS::SQS::Queue": "arn:aws:sqs:us-east-1:111122223333:{name}",
    "AWS::StepFunctions::StateMachine": "arn:aws:states:us-east-1:111122223333:stateMachine:{name}",
}
VALUES = {
    "AWS::Partition": "aws",
    "AWS::Region": "us-east-1",
    "AWS::AccountId": "111122223333",
    "ArtifactStorePrefix": "pipeline-artifacts",
    "AliasPrefix": "pipeline-artifacts",
    "SlackSecret": "crosscheck/slack",
    "NameInArn": "crosscheck/slack-a1b2c3",
}
MANAGED = resources("AWS::IAM::ManagedPolicy")


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _policies() -> Iterator[tuple[str, Template]]:
    for name, role in resources("AWS::IAM::Role").items():
        yield from ((name, policy["PolicyDocument"]) for policy in role.get("Policies", []))
    yield from ((name, policy["PolicyDocument"]) for name, policy in MANAGED.items())


STATEMENTS = [
    pytest.param(statement, id=f"{name}-{number}")
    for name, document in _policies()
    for number, statement in enumerate(document["Statement"])
]


def arn(node: Any) -> str:
    """An ARN as a policy's statement would name it once deployed."""
    if isinstance(node, str):
        return node
    [(function, argument)] = node.items()
    if function in {"Ref", "Fn::GetAtt"}:
        name = argument if function == "Ref" else argument[0]
        return ARNS[expanded()["Resources"][name]["Type"]].format(name=name)
    assert function == "Fn::Sub", function
    text = argument if isinstance(argument, str) else argument[0]
    return re.sub(r"\$\{([\w:]+)(\.Arn)?\}", lambda found: _value(*found.groups()), text)


def _value(name: str, attribute: str | None) -> str:
    return arn({"Fn::GetAtt": [name, "Arn"]}) if attribute else VALUES[name]


@pytest.mark.parametrize("statement", STATEMENTS)
def test_the_actions_exist(statement: Template) -> None:
    assert [action for action in _list(statement["Action"]) if not exists(action)] == []


@pytest.mark.parametrize("statement", STATEMENTS)
def test_an_action_on_everything_is_one_that_aws_cannot_limit(statement: Template) -> None:
    if "*" in _list(statement["Resource"]) and statement["Effect"] == "Allow":
        unlimited = [each for each in _list(statement["Action"]) if arn_formats(each) and each not in UNLIMITED]
        assert unlimited == []


@pytest.mark.parametrize("statement", STATEMENTS)
def test_every_action_fits_a_resource_and_every_resource_an_action(statement: Template) -> None:
    """An action on a resource of another kind allows nothing; neither IAM nor cfn-lint refuses it."""
    named = [arn(resource) for resource in _list(statement["Resource"])]
    if named == ["*"]:
        return
    fitting = {
        action: {name for name in named if any(form.fullmatch(name) for form in arn_formats(action))}
        for action in _list(statement["Action"])
        if action not in NEWER_ACTIONS
    }
    assert [action for action, names in fitting.items() if not names] == []
    assert set(named) - set().union(*fitting.values()) <= set(BESIDES)


@pytest.mark.parametrize("statement", STATEMENTS)
def test_a_condition_on_a_resources_tag_is_one_that_aws_evaluates(statement: Template) -> None:
    keys = [key for condition in statement.get("Condition", {}).values() for key in condition]
    if any(key.startswith("aws:ResourceTag/") for key in keys):
        assert [action for action in _list(statement["Action"]) if not takes_tags(action)] == []


def test_a_reason_for_an_unlimited_action_is_one_that_something_needs() -> None:
    everywhere = {
        action
        for _, document in _policies()
        for statement in document["Statement"]
        if "*" in _list(statement["Resource"])
        for action in _list(statement["Action"])
    }
    assert {action for action in everywhere if action not in NEWER_ACTIONS and arn_formats(action)} == set(UNLIMITED)
