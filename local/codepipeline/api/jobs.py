"""GetJobDetails, PutJobSuccessResult, PutJobFailureResult."""

from collections.abc import Mapping
from typing import Any

from local.codepipeline.api.call import Answer, Call, Operation, Parameters, present
from local.codepipeline.jobs import Job, JobAnswer


def get_job_details(call: Call, parameters: Parameters) -> Answer:
    """A job's data with its place in the pipeline."""
    job = call.tools.jobs.get(call.scope, parameters["jobId"])
    data = present(
        **dict(job.data),
        actionTypeId=job.run.action.type.wire,
        pipelineContext=_context(job),
    )
    for artifacts in ("inputArtifacts", "outputArtifacts"):
        data[artifacts] = [present(**artifact) for artifact in data[artifacts]]
    return {"jobDetails": {"id": job.id, "data": data, "accountId": job.scope.account}}


def put_job_success_result(call: Call, parameters: Parameters) -> Answer:
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


def put_job_failure_result(call: Call, parameters: Parameters) -> Answer:
    """A function failed."""
    details = parameters["failureDetails"]
    answer = JobAnswer(
        external_id=details.get("externalExecutionId"),
        failure_type=details["type"],
        failure_message=details["message"],
    )
    call.tools.jobs.answer(call.scope, parameters["jobId"], answer)
    return {}


def _context(job: Job) -> Answer:
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
