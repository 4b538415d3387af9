"""What a plan asks for beside the deployed service: ``lambda-alias``, ``s3-object``, ``cloudformation-stack`` and
``codedeploy``, by the gate and by the fan-out; and a gate that only shows what it would say."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from tests.e2e.asked_targets import AskedTargets
from tests.e2e.ledger_verdicts import GATE, LedgerVerdicts
from tests.e2e.outside import Outside, wait_until
from tests.e2e.small_pipelines import EXECUTION, SmallPipelines
from tests.e2e.tagged_pipeline import create_tagged, put_plan
from tests.e2e.verifications import Verifications, name_of, settled

if TYPE_CHECKING:
    from local.account import Account
    from tests.e2e.small_pipelines import SmallPipeline

pytestmark = pytest.mark.e2e

EU, AP = "eu-west-1", "ap-southeast-1"
SERVICE = "asked-service"
KINDS = {"s3-object", "cloudformation-stack", "lambda-alias", "codedeploy"}


@pytest.fixture(scope="module")
def pipelines(account: Account) -> SmallPipelines:
    return SmallPipelines.prepare(Outside(account.describe()), SERVICE, (EU, AP), account.outputs)


@pytest.fixture(scope="module")
def plan(pipelines: SmallPipelines) -> str:
    """A plan that asks for targets which are in order in one region, and in none in the other; its name."""
    targets = AskedTargets(pipelines.own.outside, SERVICE, pipelines.release["roleArn"])
    for region in (EU, AP):
        targets.create(region)
    targets.spoil(AP)
    return put_plan(targets.outside, "asked", {"checks": targets.checks})


def _gate(plan: str, **others: Any) -> dict[str, Any]:
    return {"execution": EXECUTION, "plan": plan, "deadline_minutes": 1, **others}


def _create(pipelines: SmallPipelines, name: str, gate: dict[str, Any] | None, **tags: str) -> SmallPipeline:
    stages = [pipelines.release["stages"][0], pipelines.deploying(gate)]
    definition = {**pipelines.release, "name": name, "stages": stages}
    return create_tagged(pipelines.own.outside, definition, rollback="off", **tags)


def _verdicts(pipeline: SmallPipeline, account: Account) -> LedgerVerdicts:
    return LedgerVerdicts(pipeline.outside, account.outputs["LedgerTableName"], pipeline, pipeline.first)


def _output(pipeline: SmallPipeline) -> dict[str, Any]:
    asked = {"pipelineName": pipeline.name, "filter": {"pipelineExecutionId": pipeline.first}}
    runs = pipeline.client.list_action_executions(**asked)["actionExecutionDetails"]
    output: dict[str, Any] = next(run for run in runs if run["actionName"] == "Verify")["output"]
    return output


def _logged(outside: Outside, execution: str) -> dict[str, Any]:
    """What the gate logged of a dry run."""
    named = {"StackName": outside.description["stack"], "LogicalResourceId": "GateStageLogs"}
    group = outside.client("cloudformation").describe_stack_resource(**named)["StackResourceDetail"]

    def look() -> dict[str, Any]:
        pages = outside.client("logs").get_paginator("filter_log_events").paginate
        events = (event for page in pages(logGroupName=group["PhysicalResourceId"]) for event in page["events"])
        told = [event["message"] for event in events if execution in event["message"]]
        return next((json.loads(text) for text in told if '"dry run"' in text), {})

    return wait_until(look, "the log of the dry run")


def _in_order(seen: dict[str, tuple[str, str]]) -> None:
    """The region of which everything is as it should be."""
    assert {kind: seen[kind][0] for kind in KINDS} == dict.fromkeys(KINDS, "PASS")
    assert seen["cloudformation-stack"][1] == f"{SERVICE}: CREATE_COMPLETE"
    assert seen["s3-object"][1].startswith(f"{SERVICE}-{EU}/settings.json: version ")
    assert seen["lambda-alias"][1].startswith(f"{SERVICE}:live: ")
    assert seen["codedeploy"][1].startswith("3 of 3 instances Succeeded in d-")


def _spoiled(seen: dict[str, tuple[str, str]]) -> None:
    """The other one: the service itself is healthy."""
    assert {kind: seen[kind][0] for kind in KINDS} == dict.fromkeys(KINDS, "FAIL")
    assert seen["ecs-service"][0] == "PASS"
    assert seen["cloudformation-stack"][1] == f"{SERVICE}: there is no such stack"
    assert seen["s3-object"][1].startswith(f"{SERVICE}-{AP}/settings.json: the object was deleted at ")
    assert seen["lambda-alias"][1].startswith(f"{SERVICE}:live: ")
    assert "version 2" in seen["lambda-alias"][1]
    assert " Failed" in seen["codedeploy"][1]


def test_the_gate_judges_what_a_plan_asks_for(pipelines: SmallPipelines, account: Account, plan: str) -> None:
    pipeline = _create(pipelines, "asked-gate", _gate(plan))
    assert pipeline.ended(pipeline.first) == "Failed"
    _in_order(_verdicts(pipeline, account).seen(EU, GATE))
    spoiled = _verdicts(pipeline, account).seen(AP, GATE)
    _spoiled(spoiled)
    message = _output(pipeline)["executionResult"]["errorDetails"]["message"]
    assert message.startswith(f"FAIL regions={AP}: {AP}: ")
    assert all(spoiled[kind][1] in message for kind in KINDS)
    assert message.endswith(f"passed: {EU}")


def test_the_fan_out_judges_the_same_and_waits_for_no_window(
    pipelines: SmallPipelines, account: Account, outside: Outside, plan: str
) -> None:
    opens = datetime.now(UTC) + timedelta(hours=8)
    window = {
        "kind": "window",
        "timezone": "UTC",
        "open": f"{opens:%H:%M}",
        "close": f"{opens + timedelta(hours=1):%H:%M}",
    }
    value = outside.client("ssm").get_parameter(Name=plan)["Parameter"]["Value"]
    windowed = put_plan(outside, "asked-windowed", {"checks": [*json.loads(value)["checks"], window]})
    pipeline = _create(pipelines, "asked-fan-out", None, plan=windowed)
    assert pipeline.ended(pipeline.first) == "Succeeded"
    settled(outside, pipeline.first, eu_west_1="passed", ap_southeast_1="failed")
    _in_order(_verdicts(pipeline, account).seen(EU))
    _spoiled(_verdicts(pipeline, account).seen(AP))
    checks = Verifications(outside, account.outputs["VerifyStateMachineArn"]).checks(name_of(pipeline.first, "World"))
    assert {kind for kind, _ in checks[EU]} == KINDS | {"ecs-service"}


def test_a_dry_gate_tells_its_verdicts_and_writes_none(
    pipelines: SmallPipelines, account: Account, outside: Outside, plan: str
) -> None:
    pipeline = _create(pipelines, "asked-dry", _gate(plan, dry_run=True))
    assert pipeline.ended(pipeline.first) == "Succeeded"
    output = _output(pipeline)
    told = {"verdict": "FAIL", "regions_passed": EU, "regions_failed": AP}
    assert output["outputVariables"] == told
    assert "externalExecutionSummary" not in output["executionResult"], "CodePipeline shows none of a success"
    logged = _logged(outside, pipeline.first)
    assert {entry.split()[0] for entry in logged["plan"] if entry.endswith(f" in {EU}")} >= KINDS | {"ecs-service"}
    assert logged["regions"][AP].startswith(f"FAIL: {SERVICE}-{AP}/settings.json: the object was deleted at ")
    # The gate is no judge then: the fan-out is, and its verdicts are the only ones.
    settled(outside, pipeline.first, eu_west_1="passed", ap_southeast_1="failed")
    facts = _verdicts(pipeline, account).facts
    assert [name for name in sorted(facts) if name.startswith("verdict/")] == [
        f"verdict/World/{AP}",
        f"verdict/World/{EU}",
    ]
