"""What gave way to a later deployment while it was observed is unknown, with a gate and without."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.e2e.function_shop import open_shop
from tests.e2e.ledger_verdicts import looked_at
from tests.e2e.outside import Outside, words
from tests.e2e.small_pipelines import EXECUTION, SmallPipeline, SmallPipelines
from tests.e2e.stack_pipeline import StackPipeline
from tests.e2e.tagged_pipeline import create_tagged, put_plan
from tests.e2e.verifications import Verifications, name_of, settled

if TYPE_CHECKING:
    from collections.abc import Iterator

    from local.account import Account

pytestmark = pytest.mark.e2e

HOME, EU = "us-east-1", "eu-west-1"
SERVICE, STACK, GATED = "followed-service", "followed-stack", "followed-gated"
GAVE_WAY = "gave way to a later deployment: "
# Longer than any of these tests: what is observed is observed until something happens.
OBSERVED = {"soak_minutes": 600, "deadline_minutes": 600}
QUEUE: dict[str, Any] = {"Type": "AWS::SQS::Queue", "Properties": {"VisibilityTimeout": 30}}
BROKEN: dict[str, Any] = {
    "Type": "Custom::Absent",
    "DependsOn": "Queue",
    "Properties": {"ServiceToken": f"arn:aws:lambda:{EU}:000000000000:function:absent"},
}


def observed(outside: Outside, account: Account, pipeline: SmallPipeline, execution: str, stage: str = "World") -> None:
    """Wait until the execution's region was seen to pass, and is looked at again."""
    release = f"{HOME}#{pipeline.name}#{execution}"
    looked_at(outside, account.outputs["LedgerTableName"], release, EU, "looked at again in ")
    assert name_of(execution, stage) in Verifications(outside, account.outputs["VerifyStateMachineArn"]).names(
        execution
    )


def concluded(outside: Outside, account: Account, execution: str) -> dict[str, Any]:
    """What the execution's verification came to."""
    machine = Verifications(outside, account.outputs["VerifyStateMachineArn"])
    found: dict[str, Any] = machine.ended(name_of(execution, "World"))["output"]["concluded"]
    return found


@pytest.fixture(scope="module", autouse=True)
def _observed_no_longer(account: Account) -> Iterator[None]:
    """Whatever is still observed when these tests are over ends then."""
    yield
    machines, pipelines = account.aws.client("stepfunctions", HOME), account.aws.client("codepipeline", HOME)
    machine = account.outputs["VerifyStateMachineArn"]
    for running in machines.list_executions(stateMachineArn=machine, statusFilter="RUNNING")["executions"]:
        machines.stop_execution(executionArn=running["executionArn"])
    for each in pipelines.list_pipeline_executions(pipelineName=GATED)["pipelineExecutionSummaries"]:
        if each["status"] == "InProgress":
            execution = {"pipelineName": GATED, "pipelineExecutionId": each["pipelineExecutionId"]}
            pipelines.stop_pipeline_execution(**execution, abandon=True)


class Services:
    """Pipelines that deploy one service."""

    def __init__(self, account: Account) -> None:
        self.client = Outside(account.describe())
        self.pipelines = SmallPipelines.prepare(self.client, SERVICE, (EU,), account.outputs)

    def create(self, name: str, *stages: dict[str, Any], **tags: str) -> SmallPipeline:
        stages = (self.pipelines.release["stages"][0], self.pipelines.deploying(), *stages)
        return create_tagged(self.client, {**self.pipelines.release, "name": name, "stages": list(stages)}, **tags)

    def release(self, pipeline: SmallPipeline, tag: str) -> str:
        image = f"{self.pipelines.own.account_id}.dkr.ecr.{HOME}.amazonaws.com/{SERVICE}:{tag}"
        self.pipelines.own.put_release(image)
        return pipeline.start()


@pytest.fixture(scope="module")
def services(account: Account) -> Services:
    return Services(account)


@pytest.mark.usefixtures("unrefused")
def test_a_gate_in_its_own_stage_whose_region_a_newer_commit_reached(
    account: Account, services: Services, outside: Outside
) -> None:
    gate = {"execution": EXECUTION, "stage": "World", **OBSERVED}
    verify = {**services.pipelines.release["stages"][1]["actions"][-1], "runOrder": 1}
    configuration = {**verify["configuration"], "UserParameters": json.dumps(gate)}
    stage = {"name": "Verify", "actions": [{**verify, "configuration": configuration}]}
    pipeline = services.create(GATED, stage, rollback="auto")
    older = pipeline.first
    release = f"{HOME}#{pipeline.name}#{older}"
    looked_at(outside, account.outputs["LedgerTableName"], release, EU, "3 of 3 tasks run")
    newer = services.release(pipeline, "newer")
    assert pipeline.ended(older) == "Failed"
    card = words(settled(outside, older, eu_west_1="unknown"))
    assert GAVE_WAY in card
    assert "roll" not in card.lower()
    message = pipeline.stage("Verify")["actionStates"][0]["latestExecution"]
    assert pipeline.status(newer) == "InProgress", message


@pytest.mark.usefixtures("unrefused")
def test_the_same_without_a_gate(account: Account, services: Services, outside: Outside) -> None:
    plan = put_plan(outside, "followed", OBSERVED)
    pipeline = services.create("followed-ungated", plan=plan, rollback="auto")
    assert pipeline.ended(pipeline.first) == "Succeeded"
    observed(outside, account, pipeline, pipeline.first)
    newer = services.release(pipeline, "old")
    assert pipeline.ended(newer) == "Succeeded"
    assert concluded(outside, account, pipeline.first)["unknown"] == [EU]
    card = words(settled(outside, pipeline.first, eu_west_1="unknown"))
    assert GAVE_WAY in card
    assert "roll" not in card.lower()


@pytest.fixture(scope="module")
def infrastructure(account: Account) -> StackPipeline:
    """A pipeline of one stack, which is observed once it is deployed."""
    plan = put_plan(Outside(account.describe()), "followed-stack", OBSERVED)
    return StackPipeline.create(account, STACK, EU, {"Queue": QUEUE}, plan=plan, rollback="auto")


@pytest.mark.usefixtures("unrefused")
def test_f63_a_stack_that_the_next_execution_broke_is_not_blamed_on_the_one_before(
    account: Account, infrastructure: StackPipeline, outside: Outside
) -> None:
    older = infrastructure.pipeline.first
    observed(outside, account, infrastructure.pipeline, older)
    newer = infrastructure.release({"Queue": QUEUE, "Absent": BROKEN})
    assert infrastructure.pipeline.ended(newer) == "Failed"
    assert concluded(outside, account, older)["unknown"] == [EU]
    card = words(settled(outside, older, eu_west_1="unknown"))
    assert f"{GAVE_WAY}{STACK}: changed again at " in card
    assert "Absent" not in card
    assert "roll" not in card.lower().replace("update_rollback", "")
    settled(outside, newer, eu_west_1="failed")


@pytest.mark.usefixtures("unrefused")
def test_f63_an_alias_that_the_next_execution_moved_is_not_blamed_on_the_one_before(
    account: Account, outside: Outside
) -> None:
    shop = open_shop(account, "followed-function", **OBSERVED)
    older = shop.pipeline.first
    observed(outside, account, shop.pipeline, older, "Code")
    shop.release("the third")
    machine = Verifications(outside, account.outputs["VerifyStateMachineArn"])
    assert machine.ended(name_of(older, "Code"))["output"]["concluded"]["unknown"] == [EU]
    card = words(settled(outside, older, eu_west_1="unknown"))
    assert GAVE_WAY in card
    assert "roll" not in card.lower()
    assert shop.says == "the third"
