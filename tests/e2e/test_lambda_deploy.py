"""The Lambda deploy action in the account: the alias gets a version of the released code, which then answers."""

from __future__ import annotations

import io
import json
import zipfile
from typing import TYPE_CHECKING, Any

import pytest

from local.outcomes import Outcome
from tests.e2e.outside import Outside, wait_until
from tests.e2e.own_pipeline import TO_LAMBDA, OwnPipeline
from tests.e2e.small_pipelines import SmallPipelines

if TYPE_CHECKING:
    from local.account import Account
    from tests.e2e.small_pipelines import SmallPipeline

pytestmark = pytest.mark.e2e

EU, NAME, ALIAS = "eu-west-1", "shop-function", "live"


def _code(answer: str) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("app.py", f"def handler(event, context):\n    return {answer!r}\n")
    return content.getvalue()


def _create_function(outside: Outside, role: str) -> None:
    client = outside.client("lambda", EU)
    more = {"Runtime": "python3.13", "Handler": "app.handler", "Role": role}
    client.create_function(FunctionName=NAME, Code={"ZipFile": _code("the first")}, **more)
    client.get_waiter("function_active_v2").wait(FunctionName=NAME, WaiterConfig={"Delay": 1, "MaxAttempts": 60})
    version = client.publish_version(FunctionName=NAME)["Version"]
    client.create_alias(FunctionName=NAME, Name=ALIAS, FunctionVersion=version)


def _deploy(**more: str) -> dict[str, Any]:
    return {
        "name": "To-Lambda",
        "region": EU,
        "actionTypeId": {"category": "Deploy", "owner": "AWS", "provider": "Lambda", "version": "1"},
        "configuration": {"FunctionName": NAME, "FunctionAlias": ALIAS, **more},
        "inputArtifacts": [{"name": "Release"}],
    }


@pytest.fixture(scope="module")
def shop(account: Account) -> SmallPipeline:
    """A pipeline that released ``the second``."""
    outside = Outside(account.describe())
    own = OwnPipeline(outside, NAME, (EU,), account.outputs)
    source, role = own.create_source(""), own.create_role(*TO_LAMBDA)
    _create_function(outside, role)
    _release(outside, "the second")
    stores = json.loads(account.outputs["ArtifactStores"])
    pipelines = SmallPipelines(own, own.definition(stores, source, role, {}))
    stage = {"name": "Code", "actions": [_deploy(DeployStrategy="Canary10Percent5Minutes")]}
    pipeline = pipelines.create(NAME, stage)
    assert pipeline.ended(pipeline.first) == "Succeeded"
    return pipeline


def _release(outside: Outside, answer: str) -> None:
    outside.client("s3").put_object(Bucket=f"{NAME}-source", Key="release.zip", Body=_code(answer))


def _alias(outside: Outside) -> dict[str, Any]:
    found: dict[str, Any] = outside.client("lambda", EU).get_alias(FunctionName=NAME, Name=ALIAS)
    return found


def _says(outside: Outside) -> str:
    answer = outside.client("lambda", EU).invoke(FunctionName=NAME, Qualifier=ALIAS)
    return str(json.loads(answer["Payload"].read()))


def test_the_alias_answers_with_the_released_code(shop: SmallPipeline, outside: Outside) -> None:
    assert _says(outside) == "the second"
    assert _alias(outside)["FunctionVersion"] == "2"
    asked = {"pipelineName": NAME, "filter": {"pipelineExecutionId": shop.first}}
    run = shop.client.list_action_executions(**asked)["actionExecutionDetails"][0]
    assert run["output"]["outputVariables"] == {"FunctionVersion": "2"}


def test_a_canary_that_hangs_keeps_its_share_of_the_traffic(
    shop: SmallPipeline, outside: Outside, account: Account
) -> None:
    account.outcomes.choose(EU, "Lambda", NAME, Outcome.HANG)
    _release(outside, "the third")
    execution = shop.start()
    weights = wait_until(lambda: _alias(outside).get("RoutingConfig", {}).get("AdditionalVersionWeights"), "the canary")
    assert list(weights.values()) == [0.1]
    shop.client.stop_pipeline_execution(pipelineName=NAME, pipelineExecutionId=execution, abandon=True)
    assert shop.ended(execution) == "Stopped"
    none: dict[str, Any] = {"AdditionalVersionWeights": {}}
    outside.client("lambda", EU).update_alias(FunctionName=NAME, Name=ALIAS, FunctionVersion="2", RoutingConfig=none)
    assert _says(outside) == "the second"
