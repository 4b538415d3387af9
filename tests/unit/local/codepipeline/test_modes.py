"""Several executions of one pipeline: QUEUED, SUPERSEDED, PARALLEL; and pushes that start them."""

import pytest

from tests.unit.local.codepipeline.gates import HeldGate
from tests.unit.local.codepipeline.harness import HOME, SECOND, Account, wait_for
from tests.unit.local.codepipeline.wires import git_source, invoke, pipeline


@pytest.fixture
def gate(account: Account) -> HeldGate:
    return HeldGate(account)


def waiting(account: Account, stage: int = 1) -> list[str]:
    state = account.api().get_pipeline_state(name="my-pipeline")["stageStates"][stage]
    return [each["pipelineExecutionId"] for each in state["inboundExecutions"]]


def test_queued_executions_take_turns(account: Account, gate: HeldGate) -> None:
    first = account.create(pipeline([git_source()], [invoke()]))
    gate.held(first)
    second = account.start("my-pipeline")
    wait_for(lambda: waiting(account) == [second], "the second to wait")
    third = account.start("my-pipeline")
    wait_for(lambda: waiting(account) == [second, third], "the third to wait")
    assert gate.inside == {first}
    for execution in (first, second, third):
        gate.held(execution)
        gate.release(execution)
        assert account.ended("my-pipeline", execution) == "Succeeded"
    assert gate.most_at_once == 1


def test_a_newer_waiting_execution_supersedes_the_older_one(account: Account, gate: HeldGate) -> None:
    first = account.create(pipeline([git_source()], [invoke()], executionMode="SUPERSEDED"))
    gate.held(first)
    second = account.start("my-pipeline")
    wait_for(lambda: waiting(account) == [second], "the second to wait")
    third = account.start("my-pipeline")
    assert account.ended("my-pipeline", second) == "Superseded"
    assert account.changes(second)[-2:] == ["Stage SourceStage SUCCEEDED", "Pipeline SUPERSEDED"]
    assert list(account.actions("my-pipeline", second)) == ["Source"]
    gate.release(first)
    gate.held(third)
    gate.release(third)
    assert account.ended("my-pipeline", first) == "Succeeded"
    assert account.ended("my-pipeline", third) == "Succeeded"


def test_parallel_executions_are_inside_a_stage_together(account: Account, gate: HeldGate) -> None:
    first = account.create(pipeline([git_source()], [invoke()], executionMode="PARALLEL"))
    second = account.start("my-pipeline")
    gate.held(first)
    gate.held(second)
    assert gate.inside == {first, second}
    for execution in (first, second):
        gate.release(execution)
        assert account.ended("my-pipeline", execution) == "Succeeded"


def test_a_failed_execution_makes_way(account: Account, gate: HeldGate) -> None:
    first = account.create(pipeline([git_source()], [invoke()]))
    gate.held(first)
    second = account.start("my-pipeline")
    gate.release(first, failure="no")
    assert account.ended("my-pipeline", first) == "Failed"
    gate.held(second)
    gate.release(second)
    assert account.ended("my-pipeline", second) == "Succeeded"


def test_a_push_starts_every_pipeline_that_follows_the_branch(account: Account) -> None:
    account.bucket("store-second", SECOND, versioned=False)
    store = {"type": "S3", "location": "store-second"}
    ignoring = git_source(configuration={"DetectChanges": "false"})
    elsewhere = git_source(configuration={"BranchName": "next"})
    account.create(pipeline([git_source()], [git_less()], name="follows"))
    account.create(pipeline([git_source()], [git_less()], name="follows", artifactStore=store), SECOND)
    account.create(pipeline([ignoring], [git_less()], name="ignores"))
    account.create(pipeline([elsewhere], [git_less()], name="other-branch"))
    started = account.service.push("my-org/my-service", "main", "Fix the thing", "release-bot")
    assert len(started) == 2
    for region in (HOME, SECOND):
        newest = account.api(region).list_pipeline_executions(pipelineName="follows")["pipelineExecutionSummaries"][0]
        assert newest["pipelineExecutionId"] in started


def test_a_push_is_told_in_gits_own_shape(account: Account) -> None:
    account.create(pipeline([git_source()], [git_less()]))
    (started,) = account.service.push("my-org/my-service", "main", "Fix the thing", "release-bot")
    account.ended("my-pipeline", started)
    trigger = account.details(started, "Pipeline", "", "STARTED")["execution-trigger"]
    shown = account.execution("my-pipeline", started)
    assert trigger["commit-id"] == shown["artifactRevisions"][0]["revisionId"]
    assert trigger["commit-message"] == "Fix the thing"
    assert trigger["branch-name"] == "main"
    assert trigger["author-display-name"] == "release-bot"
    assert trigger["full-repository-name"] == "my-org/my-service"
    assert "trigger-type" not in trigger
    assert shown["trigger"]["triggerType"] == "WebhookV2"


def test_a_repository_begins_with_the_same_commit_everywhere(account: Account) -> None:
    wires = [pipeline([git_source()], [git_less()], name=name) for name in ("one", "two")]
    commits = set()
    for wire in wires:
        execution = account.create(wire)
        account.ended(wire["name"], execution)
        commits.add(account.execution(wire["name"], execution)["artifactRevisions"][0]["revisionId"])
    assert len(commits) == 1
    assert len(commits.pop()) == 40


def git_less() -> dict[str, object]:
    """A second stage that fails at once: these tests look no further than the source."""
    return invoke(function="nobody-made-it")
