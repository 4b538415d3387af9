from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from crosscheck.pipelines.definition import ActionDefinition
from crosscheck.pipelines.runs import ActionRun
from crosscheck.plans.derived import deployed_by, derive
from crosscheck.registry.services import DEPLOY_PROVIDERS

RUN = ActionRun("Release", "Bring", "Succeeded", 1.0)


def action(provider: str, **configuration: str) -> ActionDefinition:
    return ActionDefinition("Release", "Bring", "Deploy", "AWS", provider, "sa-east-1", 1, configuration)


@pytest.mark.parametrize(
    ("provider", "configuration", "kind", "parameters"),
    [
        (
            "ECS",
            {"ClusterName": "c", "ServiceName": "s"},
            "ecs-service",
            {"cluster": "c", "service": "s"},
        ),
        ("ECS", {"ServiceName": "s"}, "ecs-service", {"cluster": "default", "service": "s"}),
        (
            "CodeDeploy",
            {"ApplicationName": "a", "DeploymentGroupName": "g"},
            "codedeploy",
            {"application": "a", "group": "g"},
        ),
        (
            "CodeDeployToECS",
            {"ApplicationName": "a", "DeploymentGroupName": "g", "AppSpecTemplatePath": "appspec.yaml"},
            "codedeploy",
            {"application": "a", "group": "g"},
        ),
        (
            "CloudFormation",
            {"StackName": "infra", "ActionMode": "CREATE_UPDATE"},
            "cloudformation-stack",
            {"stack": "infra"},
        ),
        (
            "Lambda",
            {"FunctionName": "f", "FunctionAlias": "live"},
            "lambda-alias",
            {"function": "f", "alias": "live"},
        ),
        (
            "S3",
            {"BucketName": "b", "ObjectKey": "site.zip", "Extract": "false"},
            "s3-object",
            {"bucket": "b", "key": "site.zip"},
        ),
    ],
)
def test_each_provider_says_what_is_looked_at(
    provider: str, configuration: dict[str, str], kind: str, parameters: dict[str, str]
) -> None:
    check = derive(action(provider, **configuration), RUN, "")
    assert check
    assert (check.kind, check.region, check.parameters, check.run) == (kind, "sa-east-1", parameters, RUN)
    assert not check.unsupported


@pytest.mark.parametrize("owner", ["Custom", "ThirdParty"])
@pytest.mark.parametrize("provider", [*DEPLOY_PROVIDERS, "codedeploy"])
def test_f68_an_action_type_of_somebody_elses_is_not_taken_for_that_of_aws(provider: str, owner: str) -> None:
    theirs = replace(action(provider, ApplicationName="a", DeploymentGroupName="g"), owner=owner)
    check = derive(theirs, RUN, "")
    assert check
    assert check.unsupported == f"no check for provider {provider} of owner {owner} in this version (action Bring)"
    assert (check.kind, check.region, check.parameters) == (provider, theirs.region, {"action": "Bring"})


def test_a_change_set_alone_has_no_check() -> None:
    assert derive(action("CloudFormation", StackName="infra", ActionMode="CHANGE_SET_REPLACE"), RUN, "") is None


def test_a_stack_that_is_deleted_has_one() -> None:
    check = derive(action("CloudFormation", StackName="infra", ActionMode="DELETE_ONLY"), RUN, "")
    assert check
    assert (check.kind, check.unsupported) == ("cloudformation-stack", "")


@pytest.mark.parametrize(
    ("provider", "configuration", "gap"),
    [
        ("S3", {"BucketName": "b", "Extract": "true"}, "action Bring extracts an archive: no single object"),
        ("S3", {"BucketName": "b", "ObjectKey": "js/{datetime}.zip"}, "action Bring names its object by the time"),
        ("S3", {"ObjectKey": "site.zip"}, "action Bring has no BucketName"),
        ("Lambda", {"FunctionName": "f"}, "action Bring has no FunctionAlias"),
        ("CodeDeploy", {"ApplicationName": "a"}, "action Bring has no DeploymentGroupName"),
        ("AppConfig", {}, "no check for provider AppConfig in this version (action Bring)"),
    ],
)
def test_what_cannot_be_looked_at_is_a_gap_in_words(provider: str, configuration: dict[str, str], gap: str) -> None:
    check = derive(action(provider, **configuration), RUN, "")
    assert check
    assert check.unsupported.startswith(gap)


@pytest.mark.parametrize(
    "ran",
    [{"provider": "Custom Deploy Lambda"}, {"provider": "ECS"}, {"provider": "Lambda", "region": "us-west-2"}],
    ids=["a type of somebody else's", "another provider", "another region"],
)
def test_what_ran_otherwise_than_it_is_defined_is_not_taken_for_what_the_definition_says(ran: dict[str, Any]) -> None:
    """A pipeline that is made anew has the versions of the old one: its worker's word would become Lambda's."""
    theirs = replace(RUN, outputs={"FunctionVersion": "9"}, **ran)
    check = derive(action("Lambda", FunctionName="payments", FunctionAlias="live"), theirs, "")
    assert check
    assert check.unsupported == "action Bring is defined otherwise than it ran: what it deployed is unknown"


def test_an_action_with_a_role_of_another_account_is_not_looked_at_in_this_one() -> None:
    abroad = replace(action("ECS", ServiceName="s"), role="arn:aws:iam::444455556666:role/r")
    check = derive(abroad, RUN, "111122223333")
    assert check
    assert check.unsupported.startswith("action Bring deploys to account 444455556666")
    own = derive(abroad, replace(RUN, account="111122223333"), "111122223333")
    assert own
    assert not own.unsupported


def test_what_runs_deployed_is_told_of_providers_that_are_known_and_of_what_deploys() -> None:
    def run(provider: str, **configuration: str) -> ActionRun:
        return replace(RUN, region="sa-east-1", provider=provider, configuration=configuration)

    service = {"ClusterName": "c", "ServiceName": "s"}
    runs = [
        run("Ours", **service),
        run("CloudFormation", ActionMode="CHANGE_SET_REPLACE", StackName="infra", ChangeSetName="next"),
        run("ECS", **service),
    ]
    [check] = deployed_by(runs)
    assert (check.kind, check.parameters) == ("ecs-service", {"cluster": "c", "service": "s"})
