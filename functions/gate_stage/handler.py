"""Entry point. Only the standard library is imported here, so that a job is answered even where the layer is missing.

An unanswered job holds the pipeline up for twenty minutes.
"""

import logging
from contextlib import suppress
from typing import Any

logger = logging.getLogger(__name__)
logger.setLevel(logging.INFO)

with suppress(Exception):  # what keeps the gate from starting keeps it from answering the first job, which is told so
    import gate_stage.bootstrap  # noqa: F401 - starts the gate in the init phase, where Lambda gives a full core


def handler(event: Any, context: Any) -> None:
    """Answer one job of CodePipeline. An error means that CodePipeline did not say whose job it is, or did not take the
    answer: Lambda invokes again.

    Raises:
        ValueError: the event holds no job, so there is nobody to answer.
    """
    job_id = _job_id(event)
    try:
        from gate_stage.bootstrap import runner  # noqa: PLC0415 - an import that fails must be answered too

        run = runner()
    except Exception as error:  # whatever keeps the gate from starting is the answer to the job
        detail = str(error) if _for_people(error) else type(error).__name__
        logger.error("the gate cannot start: %s: %s", type(error).__name__, detail)  # noqa: TRY400 - texts may hold secrets
        _refuse(
            context.function_name,
            job_id,
            f"the gate cannot start: {detail}. Deploy it with template.yaml, its layer included.",
        )
        return
    run(event, context)


def _for_people(error: Exception) -> bool:
    """Whether the text may be shown: a failed import names a module, our own errors are written for people."""
    return isinstance(error, ImportError) or type(error).__module__ == "crosscheck.errors"


def _job_id(event: Any) -> str:
    """The job's id. The event itself is never quoted: it carries credentials."""
    job = event.get("CodePipeline.job") if isinstance(event, dict) else None
    job_id = job.get("id") if isinstance(job, dict) else None
    if not isinstance(job_id, str) or not job_id:
        logger.error("malformed event: no CodePipeline job in it")
        raise ValueError("malformed event: no CodePipeline job in it")
    return job_id


def _refuse(function: str, job_id: str, message: str) -> None:
    """Fail the job, if CodePipeline says that it is one of this function's."""
    import boto3  # noqa: PLC0415 - as above

    client = boto3.client("codepipeline")
    try:
        data = client.get_job_details(jobId=job_id)["jobDetails"].get("data", {})
        invoked = data.get("actionConfiguration", {}).get("configuration", {}).get("FunctionName", "")
        if function in invoked.split(":"):
            client.put_job_failure_result(jobId=job_id, failureDetails={"type": "JobFailed", "message": message[:5000]})
    except (client.exceptions.InvalidJobStateException, client.exceptions.JobNotFoundException):
        logger.info("the job has its answer already, or there is none")
