"""GetJobDetails, PutJobSuccessResult, PutJobFailureResult."""

from collections.abc import Mapping
from typing import Any

from local.aws_json.messages import Json, Parameters
from local.aws_json.operations import present
from local.codepipeline.api.call import Call, Operation
from local.codepipeline.jobs import Job, JobAnswer

_CONFIGURATION_LIMIT = 1000


def get_job_details(call: Call, parameters: Parameters) -> Json:
    """A job's data with its place in the pipeline.

    What AWS tells of the place of a condition's rule is not documented, so nothing is told: nobody may rely on it.
    """
    job = call.tools.jobs.get(call.scope, parameters["jobId"])
    data = present(**(dict(job.data) | (_of_a_rule(job) if job.run.action.is_rule else _place(job))))
    for artifacts in ("inputArtifacts", "outputArtifacts"):
        data[artifacts] = [present(**artifact) for artifact in data[artifacts]]
    return {"jobDetails": {"id": job.id, "data": data, "accountId": job.scope.account}}


def put_job_success_result(call: Call, parameters: Parameters) -> Json:
    """A function succeeded, or wants to be called again."""
    details: Mapping[str, Any] = parameters.get("executionDetails", {})
    answer = JobAnswer(
        continuation_token=parameters.get("continuationToken"),
        summary=details.get("summary"),
        external_id=details.get("externalExecutionId"),
        percent=details.get("percentComplete"),
        variables=parameters.get("outputVariables", {}),
    )
    call.tools.jobs.answer(call.scope, parameters["jobId"], answer)
    return {}


def put_job_failure_result(call: Call, parameters: Parameters) -> Json:
    """A function failed."""
    details = parameters["failureDetails"]
    answer = JobAnswer(
        external_id=details.get("externalExecutionId"),
        failure_type=details["type"],
        failure_message=details["message"],
    )
    call.tools.jobs.answer(call.scope, parameters["jobId"], answer)
    return {}


def _of_a_rule(job: Job) -> Json:
    # A rule's UserParameters may have 10,000 characters, but the answer's shape has room for 1,000 only.
    configuration = job.data["actionConfiguration"]["configuration"]
    shown = {name: value for name, value in configuration.items() if len(value) <= _CONFIGURATION_LIMIT}
    return {"actionConfiguration": {"configuration": shown}}


def _place(job: Job) -> Json:
    return {"actionTypeId": job.run.action.type.wire, "pipelineContext": _context(job)}


def _context(job: Job) -> Json:
    pipeline = job.execution.pipeline
    return {
        "pipelineName": pipeline.name,
        "pipelineArn": pipeline.arn,
        "pipelineExecutionId": job.execution.id,
        "stage": {"name": job.run.stage},
        "action": {"name": job.run.action.name, "actionExecutionId": job.run.id},
    }


OPERATIONS: Mapping[str, Operation] = {
    "GetJobDetails": get_job_details,
    "PutJobSuccessResult": put_job_success_result,
    "PutJobFailureResult": put_job_failure_result,
}
