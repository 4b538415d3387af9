"""The Lambda deploy action against a fake; tests/e2e shows it against the emulator."""

from typing import Any

import pytest

from local.codepipeline import zips
from local.outcomes import Outcome
from tests.unit.local.codepipeline.harness import HOME, SECOND, Account, wait_for
from tests.unit.local.codepipeline.lambda_versions import LambdaVersions
from tests.unit.local.codepipeline.wires import action, pipeline, s3_source

FILES = {"app.py": b"def handler(event, context): return 2\n"}
CODE = zips.pack(FILES)
LIVE = {"FunctionAlias": "live"}
CANARY = LIVE | {"DeployStrategy": "Canary10Percent5Minutes"}


@pytest.fixture(autouse=True)
def function(account: Account) -> LambdaVersions:
    """A function ``shop`` with the alias ``live`` in two regions, and the code of a release."""
    account.bucket("source")
    account.bucket("store-west", SECOND)
    account.upload("source", "app.zip", FILES)
    for region in (HOME, SECOND):
        account.aws.client("lambda", region).create_function("shop", b"the first", "live")
    home: LambdaVersions = account.aws.functions[HOME]
    return home


def deploy(name: str = "Deploy", **more: Any) -> dict[str, Any]:
    configuration = {"FunctionName": "shop"} | more.pop("configuration", LIVE)
    return action(name, "Deploy", "Lambda", configuration, **{"inputs": ["Source"]} | more)


def create(account: Account, *actions: dict[str, Any]) -> str:
    stores = {HOME: {"type": "S3", "location": "store-home"}, SECOND: {"type": "S3", "location": "store-west"}}
    return account.create(pipeline([s3_source()], list(actions or [deploy()]), artifactStores=stores))


def release(account: Account, *actions: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    execution = create(account, *actions)
    status = account.ended("my-pipeline", execution)
    return status, account.actions("my-pipeline", execution)


def error(run: dict[str, Any]) -> tuple[str, str]:
    details = run["output"]["executionResult"]["errorDetails"]
    return details["code"], details["message"]


def test_the_alias_of_each_region_gets_a_version_of_the_code(account: Account) -> None:
    account.aws.asked.clear()
    status, runs = release(account, deploy("Home"), deploy("West", region=SECOND))
    assert status == "Succeeded"
    for region, name in ((HOME, "Home"), (SECOND, "West")):
        lambdas = account.aws.functions[region]
        assert lambdas.versions["shop"] == [b"the first", CODE]
        assert lambdas.routed == [("2", {})]
        assert runs[name]["output"]["outputVariables"] == {"FunctionVersion": "2"}
        assert region in runs[name]["output"]["executionResult"]["externalExecutionUrl"]
    assert {("lambda", HOME, False), ("lambda", SECOND, False)} <= account.aws.asked


def test_without_an_alias_the_code_is_published_and_nothing_else(account: Account, function: LambdaVersions) -> None:
    status, runs = release(account, deploy(configuration={}))
    assert status == "Succeeded"
    assert runs["Deploy"]["output"]["outputVariables"] == {"FunctionVersion": "2"}
    assert (function.versions["shop"], function.routed) == ([b"the first", CODE], [])


def test_a_published_version_is_deployed_as_it_is(account: Account, function: LambdaVersions) -> None:
    function.versions["shop"].append(b"the second")
    wanted = deploy(configuration=LIVE | {"PublishedTargetVersion": "2"}, inputs=[])
    assert release(account, wanted)[0] == "Succeeded"
    assert function.versions["shop"] == [b"the first", b"the second"]
    assert function.routed == [("2", {})]


def test_a_canary_gets_its_share_before_the_rest(account: Account, function: LambdaVersions) -> None:
    assert release(account, deploy(configuration=CANARY))[0] == "Succeeded"
    assert function.routed == [("1", {"2": 0.1}), ("2", {})]


def test_a_linear_deployment_goes_over_step_by_step(account: Account, function: LambdaVersions) -> None:
    release(account, deploy(configuration=LIVE | {"DeployStrategy": "Linear40PercentEvery1Minute"}))
    assert function.routed == [("1", {"2": 0.4}), ("1", {"2": 0.8}), ("2", {})]


def test_the_same_code_again_is_no_new_version(account: Account, function: LambdaVersions) -> None:
    release(account, deploy(configuration=CANARY))
    execution = account.start("my-pipeline")
    assert account.ended("my-pipeline", execution) == "Succeeded"
    assert len(function.versions["shop"]) == 2
    assert function.routed[2:] == [("2", {})]


def test_an_alarm_takes_the_traffic_back_and_fails_the_action(account: Account, function: LambdaVersions) -> None:
    cloudwatch = account.aws.client("cloudwatch", HOME)
    for name in ("calm", "errors"):
        cloudwatch.put_metric_alarm(AlarmName=name, ComparisonOperator="GreaterThanThreshold", EvaluationPeriods=1)
    cloudwatch.set_alarm_state(AlarmName="errors", StateValue="ALARM", StateReason="test")
    status, runs = release(account, deploy(configuration=CANARY | {"Alarms": "calm, errors"}))
    assert status == "Failed"
    text = "The alarm errors went off: the alias live is back on version 1."
    assert error(runs["Deploy"]) == ("JobFailed", text)
    assert function.routed == [("1", {"2": 0.1}), ("1", {})]


def test_alarms_that_are_calm_let_all_traffic_over(account: Account, function: LambdaVersions) -> None:
    account.aws.client("cloudwatch", HOME).put_metric_alarm(
        AlarmName="calm", ComparisonOperator="GreaterThanThreshold", EvaluationPeriods=1
    )
    assert release(account, deploy(configuration=CANARY | {"Alarms": "calm"}))[0] == "Succeeded"
    assert function.routed[-1] == ("2", {})


def test_an_alias_that_somebody_else_moved_is_left_alone(account: Account, function: LambdaVersions) -> None:
    account.clock.speed = 100.0
    execution = create(account, deploy(configuration=LIVE | {"DeployStrategy": "Canary10Percent600Minutes"}))
    wait_for(lambda: function.routed, "the canary")
    now = function.get_alias(FunctionName="shop", Name="live")["RevisionId"]
    back = {"FunctionVersion": "1", "RoutingConfig": {"AdditionalVersionWeights": {}}, "RevisionId": now}
    function.update_alias(FunctionName="shop", Name="live", **back)
    account.clock.speed = 1_000_000
    assert account.ended("my-pipeline", execution) == "Failed"
    assert "PreconditionFailed" in error(account.actions("my-pipeline", execution)["Deploy"])[1]
    assert function.routed[-1] == ("1", {})


@pytest.mark.parametrize(
    ("wanted", "words"),
    [
        (deploy(configuration={"DeployStrategy": "AllAtOnce"}), "need a FunctionAlias"),
        (deploy(configuration={"PublishedTargetVersion": "1"}), "need a FunctionAlias"),
        (deploy(inputs=[]), "PublishedTargetVersion is required without an input artifact"),
        (deploy(configuration=LIVE | {"DeployStrategy": "Slowly"}), "'Slowly' is no deployment strategy"),
        (deploy(configuration=LIVE | {"Alarms": ",".join("abcdefghijk")}), "more than 10 alarms"),
        (deploy(configuration={"FunctionAlias": "nobody"}), "alias nobody of the function shop does not exist"),
        (deploy(configuration={"FunctionName": "nobody"}), "function nobody does not exist in us-east-1"),
        (deploy(configuration=LIVE | {"PublishedTargetVersion": "7"}), "version 7 of the function shop does not exist"),
    ],
)
def test_what_the_configuration_must_be(account: Account, wanted: dict[str, Any], words: str) -> None:
    status, runs = release(account, wanted)
    assert status == "Failed"
    code, message = error(runs["Deploy"])
    assert code == "ConfigurationError"
    assert words in message
    assert account.aws.functions[HOME].versions["shop"] == [b"the first"]


def test_an_alias_of_two_versions_is_refused(account: Account, function: LambdaVersions) -> None:
    function.aliases["shop", "live"]["RoutingConfig"] = {"AdditionalVersionWeights": {"2": 0.5}}
    status, runs = release(account)
    assert status == "Failed"
    assert "must have one version behind it" in error(runs["Deploy"])[1]


def test_code_that_lambda_refuses_fails_the_action(account: Account, function: LambdaVersions) -> None:
    account.aws.client("s3", HOME).put_object(Bucket="source", Key="app.zip", Body=b"no zip")
    status, runs = release(account)
    assert status == "Failed"
    assert "InvalidParameterValueException" in error(runs["Deploy"])[1]


def test_an_update_that_fails_is_not_published(account: Account, function: LambdaVersions) -> None:
    function.update_ends = "Failed"
    status, runs = release(account)
    assert status == "Failed"
    assert error(runs["Deploy"])[1].startswith("The update of the function shop failed.")
    assert function.versions["shop"] == [b"the first"]


def test_an_update_that_does_not_end_is_given_up(account: Account, function: LambdaVersions) -> None:
    function.update_ends = "InProgress"
    status, runs = release(account)
    assert status == "Failed"
    assert "did not end within 15 minutes" in error(runs["Deploy"])[1]


def test_a_deployment_that_fails_changes_nothing(account: Account, function: LambdaVersions) -> None:
    account.outcomes.choose(HOME, "Lambda", "shop", Outcome.FAIL)
    status, runs = release(account)
    assert status == "Failed"
    assert error(runs["Deploy"]) == ("JobFailed", "The deployment of the function shop failed.")
    assert (function.versions["shop"], function.routed) == ([b"the first"], [])


def test_a_rolled_back_deployment_is_green_and_the_alias_is_where_it_was(
    account: Account, function: LambdaVersions
) -> None:
    account.outcomes.choose(HOME, "Lambda", None, Outcome.ROLLED_BACK)
    status, runs = release(account)
    assert status == "Succeeded"
    assert runs["Deploy"]["output"]["outputVariables"] == {"FunctionVersion": "2"}
    assert function.routed == [("2", {}), ("1", {})]


def test_going_back_to_an_earlier_release_is_a_new_version_of_its_code(
    account: Account, function: LambdaVersions
) -> None:
    first = create(account)
    assert account.ended("my-pipeline", first) == "Succeeded"
    account.upload("source", "app.zip", {"app.py": b"def handler(event, context): return 3\n"})
    assert account.ended("my-pipeline", account.start("my-pipeline")) == "Succeeded"
    account.outcomes.choose(HOME, "Lambda", "shop", Outcome.FAIL)
    rollback = account.api().rollback_stage(
        pipelineName="my-pipeline", stageName="DeployStage", targetPipelineExecutionId=first
    )
    assert account.ended("my-pipeline", rollback["pipelineExecutionId"]) == "Succeeded"
    assert function.routed == [("2", {}), ("3", {}), ("4", {})]
    assert function.versions["shop"][3] == function.versions["shop"][1] == CODE


def test_without_an_alias_there_is_nothing_to_roll_back_to(account: Account, function: LambdaVersions) -> None:
    account.outcomes.choose(HOME, "Lambda", None, Outcome.ROLLED_BACK)
    assert release(account, deploy(configuration={}))[0] == "Failed"


@pytest.mark.parametrize(("configuration", "expected"), [(LIVE, []), (CANARY, [("1", {"2": 0.1})])])
def test_a_deployment_that_hangs_stays_at_its_first_step(
    account: Account, function: LambdaVersions, configuration: dict[str, str], expected: list[Any]
) -> None:
    account.outcomes.choose(HOME, "Lambda", "shop", Outcome.HANG)
    execution = create(account, deploy(configuration=configuration))
    account.running("my-pipeline", execution, "Deploy")
    wait_for(lambda: len(function.versions["shop"]) == 2 and len(function.routed) == len(expected), "the first step")
    account.api().stop_pipeline_execution(pipelineName="my-pipeline", pipelineExecutionId=execution, abandon=True)
    assert account.ended("my-pipeline", execution) == "Stopped"
    assert function.routed == expected
