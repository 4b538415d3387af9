"""Tags and plans: what they add to the fan-out, and that what is wrong with them is said and never acted upon."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.e2e.outside import Outside, words
from tests.e2e.small_pipelines import EXECUTION, SmallPipelines
from tests.e2e.tagged_pipeline import create_tagged, put_plan
from tests.e2e.verifications import Verifications, name_of, said, settled

if TYPE_CHECKING:
    from local.account import Account
    from tests.e2e.small_pipelines import SmallPipeline, Stage

pytestmark = pytest.mark.e2e

EU, AP = "eu-west-1", "ap-southeast-1"
SERVICE = "planned-service"


@pytest.fixture(scope="module")
def pipelines(account: Account) -> SmallPipelines:
    return SmallPipelines.prepare(Outside(account.describe()), SERVICE, (EU, AP), account.outputs)


def _create(pipelines: SmallPipelines, name: str, stage: Stage, **tags: str) -> SmallPipeline:
    """A pipeline of that stage, its first execution behind it."""
    definition = {**pipelines.release, "name": name, "stages": [pipelines.release["stages"][0], stage]}
    pipeline = create_tagged(pipelines.own.outside, definition, **tags)
    assert pipeline.ended(pipeline.first) == "Succeeded"
    return pipeline


def _page(outside: Outside, contains: str) -> dict[str, Any]:
    url = f"{outside.description['web']}/{{region}}/{SERVICE}"
    return {"kind": "http", "url": url, "contains": contains}


def _verified(account: Account, outside: Outside, execution: str) -> dict[str, Any]:
    """What the verification of the deploy stage came to, once it has ended."""
    done = Verifications(outside, account.outputs["VerifyStateMachineArn"])
    output: dict[str, Any] = done.ended(name_of(execution, "World"))["output"]
    return output


def _running(outside: Outside, region: str) -> str:
    ecs = outside.client("ecs", region)
    (service,) = ecs.describe_services(cluster="mine", services=[SERVICE])["services"]
    return str(service["taskDefinition"])


def test_a_plan_adds_checks_to_the_fan_out(pipelines: SmallPipelines, account: Account, outside: Outside) -> None:
    plan = put_plan(outside, "pages", {"checks": [_page(outside, '"ok"')]})
    pipeline = _create(pipelines, "plans-pages", pipelines.deploying(), plan=plan)
    output = _verified(account, outside, pipeline.first)
    kinds = {item["region"]: [check["kind"] for check in item["checks"]] for item in output["regions"]}
    expected = ["ecs-service", "http", "source-parity"]
    assert kinds == {EU: expected, AP: expected}
    settled(outside, pipeline.first, eu_west_1="passed", ap_southeast_1="passed")
    outside.told(pipeline.first, f"/{AP}/{SERVICE}: answers 200 in ")


def test_f19_a_plan_with_a_wrong_key_makes_every_region_unknown(
    pipelines: SmallPipelines, account: Account, outside: Outside
) -> None:
    plan = put_plan(outside, "mistyped", {"checks": [_page(outside, "x") | {"contians": "x"}]})
    pipeline = _create(pipelines, "plans-mistyped", pipelines.deploying(), plan=plan, rollback="auto")
    before = _running(outside, EU)
    settled(outside, pipeline.first, eu_west_1="unknown", ap_southeast_1="unknown")
    card = said(outside, pipeline.first, ":warning: *plan* checks: unknown key 'contians' in http")
    assert _verified(account, outside, pipeline.first)["concluded"]["unknown"] == [AP, EU]
    assert _running(outside, EU) == before
    assert "roll" not in words(card)


def test_an_unhealthy_region_under_a_wrong_plan_is_failed_by_what_was_derived(
    pipelines: SmallPipelines, account: Account, outside: Outside
) -> None:
    plan = put_plan(outside, "wrong", {"cheks": []})
    pipeline = _create(pipelines, "plans-wrong", pipelines.deploying(), plan=plan)
    outside.deployments(EU, "unhealthy")
    execution = pipeline.start()
    assert pipeline.ended(execution) == "Succeeded"
    settled(outside, execution, eu_west_1="failed", ap_southeast_1="unknown")
    said(outside, execution, ":warning: *plan* the plan: unknown key 'cheks'")
    assert _verified(account, outside, execution)["concluded"]["failed"] == [EU]


@pytest.mark.parametrize("by", ["plan", "gate"])
def test_a_dry_run_shows_verdicts_and_touches_nothing(
    pipelines: SmallPipelines, account: Account, outside: Outside, by: str
) -> None:
    if by == "plan":
        stage, tags = pipelines.deploying(), {"plan": put_plan(outside, "dry", {"dry_run": True})}
    else:
        gate = {"execution": EXECUTION, "dry_run": True, "deadline_minutes": 1, "rollback": "auto"}
        stage, tags = pipelines.deploying(gate), {}
    pipeline = _create(pipelines, f"plans-dry-{by}", stage, rollback="auto", **tags)
    settled(outside, pipeline.first, eu_west_1="passed", ap_southeast_1="passed")
    outside.deployments(AP, "unhealthy")
    execution = pipeline.start()
    assert pipeline.ended(execution) == "Succeeded"
    settled(outside, execution, eu_west_1="passed", ap_southeast_1="failed")
    brought = _running(outside, AP)
    output = _verified(account, outside, execution)
    assert {item["mode"] for item in output["regions"]} == {"off"}
    assert output["concluded"]["failed"] == [AP]
    assert _running(outside, AP) == brought
    card = said(outside, execution, f"*{AP}* failed · {SERVICE}: 0 of 3 tasks run")
    assert "roll" not in words(card)


def test_a_rollback_tag_with_a_wrong_value_is_said_and_only_suggests(
    pipelines: SmallPipelines, account: Account, outside: Outside
) -> None:
    pipeline = _create(pipelines, "plans-always", pipelines.deploying(), rollback="always")
    settled(outside, pipeline.first, eu_west_1="passed", ap_southeast_1="passed")
    outside.deployments(EU, "unhealthy")
    execution = pipeline.start()
    assert pipeline.ended(execution) == "Succeeded"
    brought = _running(outside, EU)
    assert {item["mode"] for item in _verified(account, outside, execution)["regions"]} == {"suggest"}
    assert _running(outside, EU) == brought
    settled(outside, execution, eu_west_1="failed", ap_southeast_1="passed")
    card = said(outside, execution, "rollback suggested: ")
    told = 'the tag crosscheck:rollback must be "off", "suggest" or "auto"; until then a rollback is only suggested'
    assert f":warning: *plan* {told}" in words(card)
