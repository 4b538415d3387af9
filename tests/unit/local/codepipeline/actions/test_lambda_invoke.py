"""Jobs of Lambda actions."""

from typing import Any

import pytest

from tests.unit.local.codepipeline.harness import HOME, SECOND, Account
from tests.unit.local.codepipeline.wires import action, git_source, invoke, pipeline


def functions(account: Account, region: str = HOME) -> Any:
    return account.aws.client("lambda", region)


def failure(account: Account, execution: str, name: str = "Gate") -> Any:
    return account.actions("my-pipeline", execution)[name]["output"]["executionResult"]["errorDetails"]


def test_the_event_is_the_documented_one(account: Account) -> None:
    def gate(job: dict[str, Any]) -> None:
        account.api().put_job_success_result(jobId=job["id"])

    functions(account).functions["gate"] = gate
    wire = pipeline([git_source()], [invoke(configuration={"UserParameters": "{}"}, inputs=["Source"])])
    execution = account.create(wire)
    assert account.ended("my-pipeline", execution) == "Succeeded"
    (job,) = functions(account).jobs
    assert job.keys() == {"id", "accountId", "data"}
    assert job["accountId"] == "111122223333"
    assert job["data"].keys() == {
        "actionConfiguration",
        "inputArtifacts",
        "outputArtifacts",
        "artifactCredentials",
    }
    assert job["data"]["actionConfiguration"] == {"configuration": {"FunctionName": "gate", "UserParameters": "{}"}}
    (artifact,) = job["data"]["inputArtifacts"]
    location = account.actions("my-pipeline", execution)["Gate"]["input"]["inputArtifacts"][0]["s3location"]
    assert artifact["location"]["s3Location"] == {"bucketName": location["bucket"], "objectKey": location["key"]}
    assert artifact["revision"] == account.execution("my-pipeline", execution)["artifactRevisions"][0]["revisionId"]


def test_job_details_name_the_place_in_the_pipeline(account: Account) -> None:
    seen: list[Any] = []

    def gate(job: dict[str, Any]) -> None:
        seen.append(account.api().get_job_details(jobId=job["id"])["jobDetails"])
        account.api().put_job_success_result(jobId=job["id"])

    functions(account).functions["gate"] = gate
    execution = account.create(pipeline([git_source()], [invoke(inputs=["Source"])]))
    account.ended("my-pipeline", execution)
    run = account.actions("my-pipeline", execution)["Gate"]
    assert seen[0]["data"]["pipelineContext"] == {
        "pipelineName": "my-pipeline",
        "pipelineArn": "arn:aws:codepipeline:us-east-1:111122223333:my-pipeline",
        "pipelineExecutionId": execution,
        "stage": {"name": "GateStage"},
        "action": {"name": "Gate", "actionExecutionId": run["actionExecutionId"]},
    }


def test_f13_each_continuation_is_a_new_job_with_the_token(account: Account) -> None:
    def gate(job: dict[str, Any]) -> None:
        looks = int(job["data"].get("continuationToken", "0"))
        if looks < 2:
            account.api().put_job_success_result(
                jobId=job["id"],
                continuationToken=str(looks + 1),
                executionDetails={"summary": f"look {looks + 1}", "percentComplete": 50},
            )
        else:
            account.api().put_job_success_result(
                jobId=job["id"],
                executionDetails={"summary": "all good", "externalExecutionId": "look-3", "percentComplete": 100},
                outputVariables={"verdict": "PASS"},
            )

    functions(account).functions["gate"] = gate
    after = invoke("After", "after", configuration={"UserParameters": "#{Gate.verdict}"}, runOrder=2)
    functions(account).functions["after"] = lambda job: account.api().put_job_success_result(jobId=job["id"])
    execution = account.create(pipeline([git_source()], [invoke(namespace="Gate"), after]))
    assert account.ended("my-pipeline", execution) == "Succeeded"
    jobs = [job for job in functions(account).jobs if "UserParameters" not in configuration(job)]
    assert [job["data"].get("continuationToken") for job in jobs] == [None, "1", "2"]
    assert len({job["id"] for job in jobs}) == 3
    with pytest.raises(account.api().exceptions.InvalidJobStateException):
        account.api().put_job_success_result(jobId=jobs[0]["id"])
    output = account.actions("my-pipeline", execution)["Gate"]["output"]
    assert output["outputVariables"] == {"verdict": "PASS"}
    assert "externalExecutionSummary" not in output["executionResult"]
    assert output["executionResult"]["externalExecutionId"] == "gate"
    assert configuration(functions(account).jobs[-1])["UserParameters"] == "PASS"


def configuration(job: dict[str, Any]) -> Any:
    return job["data"]["actionConfiguration"]["configuration"]


def test_the_functions_failure_becomes_the_actions(account: Account) -> None:
    def gate(job: dict[str, Any]) -> None:
        details = {"type": "ConfigurationError", "message": "FAIL regions=eu-west-1: no", "externalExecutionId": "x1"}
        account.api().put_job_failure_result(jobId=job["id"], failureDetails=details)

    functions(account).functions["gate"] = gate
    execution = account.create(pipeline([git_source()], [invoke()]))
    assert account.ended("my-pipeline", execution) == "Failed"
    assert failure(account, execution) == {"code": "ConfigurationError", "message": "FAIL regions=eu-west-1: no"}
    result = account.details(execution, "Action", "Gate", "FAILED")["execution-result"]
    assert result["external-execution-summary"] == "FAIL regions=eu-west-1: no"
    assert result["external-execution-id"] == "gate"
    state = account.api().get_pipeline_state(name="my-pipeline")["stageStates"][1]
    assert state["actionStates"][0]["latestExecution"]["errorDetails"]["code"] == "ConfigurationError"
    assert state["latestExecution"]["status"] == "Failed"


def test_f15_a_second_answer_is_refused(account: Account) -> None:
    errors: list[str] = []

    def gate(job: dict[str, Any]) -> None:
        account.api().put_job_success_result(jobId=job["id"])
        try:
            account.api().put_job_failure_result(
                jobId=job["id"], failureDetails={"type": "JobFailed", "message": "late"}
            )
        except account.api().exceptions.InvalidJobStateException as error:
            errors.append(error.response["Error"]["Code"])

    functions(account).functions["gate"] = gate
    execution = account.create(pipeline([git_source()], [invoke()]))
    assert account.ended("my-pipeline", execution) == "Succeeded"
    functions(account).threads[0].join()
    assert errors == ["InvalidJobStateException"]


def test_a_job_is_known_in_its_actions_region_only(account: Account) -> None:
    account.bucket("store-second", SECOND, versioned=False)
    errors: list[str] = []

    def gate(job: dict[str, Any]) -> None:
        try:
            account.api(HOME).put_job_success_result(jobId=job["id"])
        except account.api(HOME).exceptions.JobNotFoundException as error:
            errors.append(error.response["Error"]["Code"])
        account.api(SECOND).put_job_success_result(jobId=job["id"])

    functions(account, SECOND).functions["gate"] = gate
    stores = {
        HOME: {"type": "S3", "location": "store-home"},
        SECOND: {"type": "S3", "location": "store-second"},
    }
    wire = pipeline([git_source()], [invoke(region=SECOND, inputs=["Source"])], artifactStores=stores)
    execution = account.create(wire)
    assert account.ended("my-pipeline", execution) == "Succeeded"
    assert errors == ["JobNotFoundException"]
    (job,) = functions(account, SECOND).jobs
    assert job["data"]["inputArtifacts"][0]["location"]["s3Location"]["bucketName"] == "store-second"


def test_a_function_can_write_output_artifacts(account: Account) -> None:
    def write(job: dict[str, Any]) -> None:
        place = job["data"]["outputArtifacts"][0]["location"]["s3Location"]
        account.aws.client("s3", HOME).put_object(Bucket=place["bucketName"], Key=place["objectKey"], Body=b"{}")
        account.api().put_job_success_result(jobId=job["id"])

    def read(job: dict[str, Any]) -> None:
        place = job["data"]["inputArtifacts"][0]["location"]["s3Location"]
        body = account.aws.client("s3", HOME).get_object(Bucket=place["bucketName"], Key=place["objectKey"])["Body"]
        variables = {"body": body.read().decode()}
        account.api().put_job_success_result(jobId=job["id"], outputVariables=variables)

    functions(account).functions |= {"write": write, "read": read}
    writing = action("Write", "Invoke", "Lambda", {"FunctionName": "write"}, outputs=["Report"])
    reading = action("Read", "Invoke", "Lambda", {"FunctionName": "read"}, inputs=["Report"])
    execution = account.create(pipeline([git_source()], [writing], [reading]))
    assert account.ended("my-pipeline", execution) == "Succeeded"
    assert account.actions("my-pipeline", execution)["Read"]["output"]["outputVariables"] == {"body": "{}"}
