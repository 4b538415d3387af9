"""What ListActionExecutions and the events tell of actions while others of their stage go on."""

from typing import Any

import pytest

from local.outcomes import Outcome
from tests.unit.local.codepipeline.gates import HeldGate
from tests.unit.local.codepipeline.harness import HOME, SECOND, Account, wait_for
from tests.unit.local.codepipeline.wires import build, ecs, git_source, invoke, pipeline

STORES = {HOME: {"type": "S3", "location": "store-home"}, SECOND: {"type": "S3", "location": "store-second"}}


@pytest.fixture(autouse=True)
def services(account: Account) -> None:
    account.bucket("store-second", SECOND, versioned=False)
    for region in (HOME, SECOND):
        account.aws.client("ecs", region).add_service("production", "my-service", {"web": "old:1"})


@pytest.fixture
def gate(account: Account) -> HeldGate:
    return HeldGate(account)


def create(account: Account, *actions: dict[str, Any]) -> str:
    return account.create(pipeline([git_source()], [build(namespace="Built")], list(actions), artifactStores=STORES))


def result(run: dict[str, Any]) -> dict[str, Any]:
    return dict(run["output"]["executionResult"])


def test_a_stage_fails_once_its_last_action_ended(account: Account, gate: HeldGate) -> None:
    account.outcomes.choose(SECOND, "ECS", None, Outcome.FAIL)
    execution = create(account, ecs("Bad", region=SECOND), invoke("Slow"))
    gate.held(execution)
    account.told(execution, "Action Bad FAILED")
    runs = account.actions("my-pipeline", execution)
    assert (runs["Bad"]["status"], runs["Slow"]["status"]) == ("Failed", "InProgress")
    stage = account.api().get_pipeline_state(name="my-pipeline")["stageStates"][2]
    assert stage["latestExecution"]["status"] == "InProgress"
    assert account.execution("my-pipeline", execution)["status"] == "InProgress"
    assert "Stage BadStage FAILED" not in account.changes(execution)
    gate.release(execution)
    assert account.ended("my-pipeline", execution) == "Failed"
    assert account.changes(execution)[-3:] == ["Action Slow SUCCEEDED", "Stage BadStage FAILED", "Pipeline FAILED"]


def test_each_run_is_listed_with_its_own_region_artifact_and_deployment(account: Account) -> None:
    execution = create(account, ecs("Home"), ecs("Second", region=SECOND))
    assert account.ended("my-pipeline", execution) == "Succeeded"
    runs = account.actions("my-pipeline", execution)
    for name, region, store in (("Home", HOME, "store-home"), ("Second", SECOND, "store-second")):
        given = runs[name]["input"]
        assert (given["region"], given["inputArtifacts"][0]["s3location"]["bucket"]) == (region, store)
        assert given["actionTypeId"]["provider"] == "ECS"
        (deployment,) = account.aws.ecs[region].services["production", "my-service"]["deployments"]
        assert result(runs[name])["externalExecutionId"] == deployment["id"]
        told = account.details(execution, "Action", name, "SUCCEEDED")["execution-result"]
        assert told["external-execution-id"] == deployment["id"]


def test_a_deployment_is_known_while_it_is_in_progress(account: Account) -> None:
    account.outcomes.choose(HOME, "ECS", None, Outcome.HANG)
    execution = create(account, ecs())

    def known() -> str | None:
        return result(account.running("my-pipeline", execution, "Deploy")).get("externalExecutionId")

    assert wait_for(known, "the deployment").startswith("ecs-svc/")
    assert "output-artifacts" not in account.details(execution, "Action", "Deploy", "STARTED")


def test_a_variable_of_another_action_is_resolved_and_listed(account: Account, gate: HeldGate) -> None:
    asked = {"UserParameters": '{"image": "#{Built.IMAGE_URI}", "execution": "#{codepipeline.PipelineExecutionId}"}'}
    execution = create(account, invoke(configuration=asked))
    gate.held(execution)
    runs = account.actions("my-pipeline", execution)
    uri = runs["Build"]["output"]["outputVariables"]["IMAGE_URI"]
    expected = f'{{"image": "{uri}", "execution": "{execution}"}}'
    assert runs["Gate"]["input"]["resolvedConfiguration"] == {"FunctionName": "gate", "UserParameters": expected}
    assert runs["Gate"]["input"]["configuration"]["UserParameters"] == asked["UserParameters"]
    gate.release(execution)
    account.ended("my-pipeline", execution)


def test_a_retry_is_a_second_run_of_the_second_attempt(account: Account) -> None:
    account.outcomes.choose(SECOND, "ECS", None, Outcome.FAIL)
    execution = create(account, ecs("Home"), ecs("Second", region=SECOND))
    assert account.ended("my-pipeline", execution) == "Failed"
    first = account.actions("my-pipeline", execution)
    account.outcomes.clear()
    account.events.events.clear()
    account.api().retry_stage_execution(
        pipelineName="my-pipeline",
        pipelineExecutionId=execution,
        stageName="HomeStage",
        retryMode="FAILED_ACTIONS",
    )
    assert account.ended("my-pipeline", execution) == "Succeeded"
    again = account.actions("my-pipeline", execution)
    assert again["Home"]["actionExecutionId"] == first["Home"]["actionExecutionId"]
    assert again["Second"]["actionExecutionId"] != first["Second"]["actionExecutionId"]
    assert account.details(execution, "Action", "Second", "STARTED")["pipeline-execution-attempt"] == 2.0
    assert account.details(execution, "Stage", "HomeStage", "SUCCEEDED")["pipeline-execution-attempt"] == 2.0
    assert "Action Home STARTED" not in account.changes(execution)


def test_an_execution_stopped_between_two_stages_says_nothing_of_the_next(account: Account, gate: HeldGate) -> None:
    wire = pipeline([git_source()], [invoke()])
    account.api().create_pipeline(pipeline=wire)
    (first,) = account.api().list_pipeline_executions(pipelineName="my-pipeline")["pipelineExecutionSummaries"]
    gate.held(first["pipelineExecutionId"])
    later = account.start("my-pipeline")
    account.told(later, "Stage SourceStage SUCCEEDED")
    account.api().stop_pipeline_execution(pipelineName="my-pipeline", pipelineExecutionId=later, reason="not today")
    assert account.ended("my-pipeline", later) == "Stopped"
    assert account.changes(later)[-3:] == ["Stage SourceStage SUCCEEDED", "Pipeline STOPPING", "Pipeline STOPPED"]
    assert list(account.actions("my-pipeline", later)) == ["Source"]
    gate.release(first["pipelineExecutionId"])
    account.ended("my-pipeline", first["pipelineExecutionId"])
