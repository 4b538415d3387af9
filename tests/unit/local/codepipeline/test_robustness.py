"""What a stranger does: big stages, many pipelines at once, the same name everywhere, roles without rights."""

from typing import Any

import pytest

from tests.unit.local.codepipeline.functions import Verdicts
from tests.unit.local.codepipeline.gates import HeldGate
from tests.unit.local.codepipeline.harness import SECOND, Account
from tests.unit.local.codepipeline.refusals import refusal
from tests.unit.local.codepipeline.wires import approval, build, ecs, git_source, invoke, pipeline


def test_fifty_actions_run_in_one_stage_at_once(account: Account) -> None:
    Verdicts(account)
    execution = account.create(pipeline([git_source()], [invoke(f"Gate{number}") for number in range(50)]))
    assert account.ended("my-pipeline", execution) == "Succeeded"
    runs = account.actions("my-pipeline", execution)
    assert len(runs) == 51
    assert {run["status"] for run in runs.values()} == {"Succeeded"}
    more = pipeline([git_source()], [invoke(f"Gate{number}") for number in range(51)], name="more")
    with pytest.raises(account.api().exceptions.InvalidStageDeclarationException, match="more than 50"):
        account.api().create_pipeline(pipeline=more)


def test_pipelines_do_not_wait_for_each_other(account: Account) -> None:
    gate = HeldGate(account)
    first = account.create(pipeline([git_source()], [invoke()], name="one"))
    second = account.create(pipeline([git_source()], [invoke()], name="two"))
    gate.held(first)
    gate.held(second)
    gate.release(second)
    assert account.ended("two", second) == "Succeeded"
    assert account.execution("one", first)["status"] == "InProgress"
    gate.release(first)
    assert account.ended("one", first) == "Succeeded"


def test_the_same_name_in_two_regions_is_two_pipelines(account: Account) -> None:
    account.bucket("store-second", SECOND, versioned=False)
    gate = HeldGate(account)
    Verdicts(account, SECOND)
    there = {"type": "S3", "location": "store-second"}
    here = account.create(pipeline([git_source()], [invoke()]))
    second = account.create(pipeline([git_source()], [invoke()], artifactStore=there), SECOND)
    assert account.ended("my-pipeline", second, SECOND) == "Succeeded"
    gate.held(here)
    with pytest.raises(account.api().exceptions.PipelineExecutionNotFoundException):
        account.execution("my-pipeline", second)
    account.api(SECOND).delete_pipeline(name="my-pipeline")
    gate.release(here)
    assert account.ended("my-pipeline", here) == "Succeeded"
    regions = {region for region, *_, detail in account.events.events if detail["execution-id"] == second}
    assert regions == {SECOND}


def test_an_update_cancels_every_open_execution_and_later_ones_run_the_new_version(account: Account) -> None:
    gate = HeldGate(account)
    wire = pipeline([git_source()], [invoke()])
    first = account.create(wire)
    gate.held(first)
    second = account.start("my-pipeline")
    account.told(second, "Stage SourceStage SUCCEEDED")
    wire["stages"][1]["name"] = "Renamed"
    account.api().update_pipeline(pipeline=wire)
    for execution in (first, second):
        assert account.ended("my-pipeline", execution) == "Cancelled"
    third = account.start("my-pipeline")
    gate.held(third)
    gate.release(third)
    assert account.ended("my-pipeline", third) == "Succeeded"
    assert account.details(third, "Stage", "Renamed", "SUCCEEDED")["version"] == 2.0


def test_the_fifty_first_open_execution_is_refused(account: Account) -> None:
    account.clock.speed = 1.0
    account.create(pipeline([git_source()], [approval()]))
    for _ in range(49):
        account.start("my-pipeline")
    with pytest.raises(account.api().exceptions.ConcurrentPipelineExecutionsLimitExceededException):
        account.start("my-pipeline")


class Denying:
    """A client whose every call is refused."""

    exceptions: Any = None

    def __init__(self, service: str) -> None:
        self._service = service

    def __getattr__(self, operation: str) -> Any:
        def refuse(**_: Any) -> None:
            raise refusal("AccessDeniedException", f"{self._service}:{operation}")

        return refuse


@pytest.mark.parametrize("service", ["lambda", "ecs", "s3"])
def test_a_role_without_rights_fails_the_action_in_the_services_words(
    account: Account, monkeypatch: pytest.MonkeyPatch, service: str
) -> None:
    client = account.aws.client

    def with_denial(name: str, region: str, *credentials: Any) -> Any:
        return Denying(service) if name == service else client(name, region, *credentials)

    monkeypatch.setattr(account.aws, "client", with_denial)
    wire = pipeline([git_source()], [build()], [ecs()] if service == "ecs" else [invoke()])
    execution = account.create(wire)
    assert account.ended("my-pipeline", execution) == "Failed"
    failed = [run for run in account.actions("my-pipeline", execution).values() if run["status"] == "Failed"]
    (details,) = [run["output"]["executionResult"]["errorDetails"] for run in failed]
    assert details["code"] == "PermissionError"
    assert "AccessDenied" in details["message"]


def test_a_role_that_cannot_be_assumed_fails_the_action(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    client = account.aws.client

    def with_denial(name: str, region: str, *credentials: Any) -> Any:
        return Denying(name) if name == "sts" else client(name, region, *credentials)

    monkeypatch.setattr(account.aws, "client", with_denial)
    execution = account.create(pipeline([git_source()], [build()]))
    assert account.ended("my-pipeline", execution) == "Failed"
    details = account.actions("my-pipeline", execution)["Source"]["output"]["executionResult"]["errorDetails"]
    assert details["code"] == "PermissionError"
    assert "not authorized to perform AssumeRole" in details["message"]


def test_a_push_leaves_out_a_pipeline_that_is_full(account: Account) -> None:
    account.clock.speed = 1.0
    account.create(pipeline([git_source()], [approval()], name="full"))
    for _ in range(49):
        account.start("full")
    account.create(pipeline([git_source()], [approval()], name="free"))
    (started,) = account.service.push("my-org/my-service", "main", "Fix it", "release-bot")
    assert account.execution("free", started)["trigger"]["triggerType"] == "WebhookV2"
