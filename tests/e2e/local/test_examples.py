"""The pipelines of ``examples/``: release A out of CloudFormation's template, deployed as it is written.

In an account of its own: release A of the shared one has the same services.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from local.account import Account
from local.scenarios.canary_service import AUTHOR, REPOSITORY, CanaryService
from tests.builders.example_pipelines import EXAMPLES
from tests.e2e.outside import Outside

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.e2e

STACK = "service-pipeline"
WAIT = {"Delay": 1, "MaxAttempts": 240}
# Those of Crosscheck's outputs that the template asks for.
OUTPUTS = ("RegionalProviderArn", "GateFunctionName", "PipelineArtifactPolicyArn", "GateInvocationPolicyArn")


@pytest.fixture(scope="module")
def account(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Account]:
    with Account(tmp_path_factory.mktemp("examples") / "account") as running:
        running.deploy()
        yield running


class TemplateService(CanaryService):
    """Release A's services, and its pipeline as a stack."""

    def prepare(self) -> None:
        """Create the services, and the stack, whose first execution starts with it."""
        super().prepare()
        self.account.codepipeline.push(REPOSITORY, "main", "Serve the product list", AUTHOR)
        client = self.account.aws.client("cloudformation", self.home)
        text = (EXAMPLES / "cloudformation" / "pipeline.yaml").read_text()
        client.create_stack(
            StackName=STACK, TemplateBody=text, Parameters=self._parameters(), Capabilities=["CAPABILITY_IAM"]
        )
        client.get_waiter("stack_create_complete").wait(StackName=STACK, WaiterConfig=WAIT)

    def _parameters(self) -> list[dict[str, Any]]:
        given = {name: self.account.outputs[name] for name in OUTPUTS}
        given |= {"ConnectionArn": self.substitutions()["connection"], "SoakMinutes": "0.02", "DeadlineMinutes": "1"}
        return [{"ParameterKey": name, "ParameterValue": value} for name, value in given.items()]


def test_the_cloudformation_example_releases_and_its_gates_prove_every_region(account: Account) -> None:
    service, outside = TemplateService(account), Outside(account.describe())
    service.prepare()
    [started] = service.client.list_pipeline_executions(pipelineName=service.pipeline)["pipelineExecutionSummaries"]
    execution = str(started["pipelineExecutionId"])
    assert service.wait(execution) == "Succeeded", service.actions(execution)[-1]["output"]
    card = outside.ended_card(execution)
    assert card["metadata"]["event_payload"]["regions"] == dict.fromkeys(service.regions, "passed")
    shown = service.client.get_pipeline(name=service.pipeline)["pipeline"]
    assert {store["location"] for store in shown["artifactStores"].values()} == {
        f"pipeline-artifacts-service-{region}-{account.account_id}" for region in service.regions
    }
    tags = service.client.list_tags_for_resource(
        resourceArn=f"arn:aws:codepipeline:{service.home}:{account.account_id}:{service.pipeline}"
    )["tags"]
    assert tags == [{"key": "crosscheck:rollback", "value": "auto"}]


def test_a_change_of_the_template_changes_the_pipeline_and_its_deletion_takes_it_away(account: Account) -> None:
    client, pipelines = (account.aws.client(name, "us-east-1") for name in ("cloudformation", "codepipeline"))
    kept = [{"ParameterKey": name, "UsePreviousValue": True} for name in ("ConnectionArn", *OUTPUTS)]
    client.update_stack(
        StackName=STACK,
        UsePreviousTemplate=True,
        Parameters=[*kept, {"ParameterKey": "SoakMinutes", "ParameterValue": "0.03"}],
        Capabilities=["CAPABILITY_IAM"],
    )
    client.get_waiter("stack_update_complete").wait(StackName=STACK, WaiterConfig=WAIT)
    shown = pipelines.get_pipeline(name="multi-region-service")["pipeline"]
    asked = json.loads(shown["stages"][3]["actions"][0]["configuration"]["UserParameters"])
    assert (asked["soak_minutes"], asked["deadline_minutes"], shown["version"]) == (0.03, 30, 2)
    client.delete_stack(StackName=STACK)
    client.get_waiter("stack_delete_complete").wait(StackName=STACK, WaiterConfig=WAIT)
    assert pipelines.list_pipelines()["pipelines"] == []
