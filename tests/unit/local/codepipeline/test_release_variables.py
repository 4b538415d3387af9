"""Variables and roles of the actions of a release."""

import json
from typing import Any

from tests.unit.local.codepipeline.harness import HOME, Account
from tests.unit.local.codepipeline.wires import ROLE, git_source, invoke, pipeline


def test_variables_of_the_execution_the_pipeline_and_other_actions_are_resolved(account: Account) -> None:
    parameters = {
        "execution": "#{codepipeline.PipelineExecutionId}",
        "mood": "#{variables.mood}",
        "commit": "#{Git.CommitId}",
    }
    gate = invoke(configuration={"UserParameters": json.dumps(parameters)})
    wire = pipeline([git_source(namespace="Git")], [gate], variables=[{"name": "mood", "defaultValue": "calm"}])
    jobs = answering_gate(account)
    account.create(wire)
    execution = account.start("my-pipeline", variables=[{"name": "mood", "value": "bold"}])
    assert account.ended("my-pipeline", execution) == "Succeeded"
    seen = {json.loads(job["data"]["actionConfiguration"]["configuration"]["UserParameters"])["mood"] for job in jobs}
    assert seen == {"calm", "bold"}
    run = account.actions("my-pipeline", execution)["Gate"]
    resolved = json.loads(run["input"]["resolvedConfiguration"]["UserParameters"])
    commit = account.execution("my-pipeline", execution)["artifactRevisions"][0]["revisionId"]
    assert resolved == {"execution": execution, "mood": "bold", "commit": commit}
    assert run["input"]["configuration"]["UserParameters"] == json.dumps(parameters)


def test_a_variable_without_a_value_fails_its_action(account: Account) -> None:
    answering_gate(account)
    gate = invoke(configuration={"UserParameters": "#{Git.NoSuchThing}"})
    execution = account.create(pipeline([git_source(namespace="Git")], [gate]))
    assert account.ended("my-pipeline", execution) == "Failed"
    error = account.actions("my-pipeline", execution)["Gate"]["output"]["executionResult"]["errorDetails"]
    assert "#{Git.NoSuchThing}" in error["message"]


def test_an_action_with_a_role_of_its_own_runs_under_it(account: Account) -> None:
    jobs = answering_gate(account)
    own = ROLE.replace("pipeline", "gate")
    execution = account.create(pipeline([git_source()], [invoke(roleArn=own)]))
    assert account.ended("my-pipeline", execution) == "Succeeded"
    assert account.actions("my-pipeline", execution)["Gate"]["input"]["roleArn"] == own
    assert jobs[0]["data"]["artifactCredentials"]["sessionToken"]


def answering_gate(account: Account) -> list[dict[str, Any]]:
    """A function that lets everything pass; the jobs that it got."""
    functions = account.aws.client("lambda", HOME)

    def answer(job: dict[str, Any]) -> None:
        account.api().put_job_success_result(jobId=job["id"])

    functions.functions["gate"] = answer
    jobs: list[dict[str, Any]] = functions.jobs
    return jobs
