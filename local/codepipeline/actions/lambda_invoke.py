"""Invoke action Lambda: a job for a function, which answers through the API, perhaps after several calls."""

import json
from collections.abc import Mapping
from typing import Any

from botocore.exceptions import ClientError

from local.codepipeline.actions.base import ActionContext, ActionKind, ActionResult
from local.codepipeline.declarations import ActionType
from local.codepipeline.errors import ActionError, FailureType, HaltedError
from local.codepipeline.jobs import Job, JobAnswer
from local.console import function_url

# AWS's seconds between a continuation and the next call, until an unanswered job fails, and for all calls together.
CONTINUE_AFTER = 30
ANSWER_WITHIN = 20 * 60
TIMEOUT = 24 * 60 * 60
# Functions run in real time, however fast the local account's time passes.
ANSWER_WITHIN_REAL = 120


def _run(context: ActionContext) -> ActionResult:
    name = context.configuration["FunctionName"]
    context.report(url=function_url(context.region, name), external_id=name)
    answer, waited = _call(context, None), 0
    while answer.continuation_token is not None:
        _show(context, answer)
        context.pause(CONTINUE_AFTER)
        waited += CONTINUE_AFTER
        if waited >= TIMEOUT:
            raise ActionError(FailureType.JOB_FAILED, "The action timed out after 24 hours.")
        answer = _call(context, answer.continuation_token)
    if answer.failure_type is not None:
        _show(context, answer)
        raise ActionError(answer.failure_type, answer.failure_message or "")
    # As recorded: no summary that a success brings is shown, and never an id but the function's name.
    with context.tools.state.changed:
        context.run.summary = None
    return ActionResult(name, variables=answer.variables)


def _call(context: ActionContext, token: str | None) -> JobAnswer:
    job = context.tools.jobs.create(context.execution, context.run, _data(context, token))
    _invoke(context, job)
    answer = context.tools.jobs.wait(job, ANSWER_WITHIN, ANSWER_WITHIN_REAL)
    if answer is None:
        context.check()
        raise ActionError(
            FailureType.JOB_FAILED,
            f"The AWS Lambda function {context.configuration['FunctionName']} failed to return a result. Check the "
            "function to verify that it has permission to call the PutJobSuccessResult action and that it made a call "
            "to PutJobSuccessResult.",
        )
    return answer


def _invoke(context: ActionContext, job: Job) -> None:
    name = context.configuration["FunctionName"]
    event = {"CodePipeline.job": {"id": job.id, "accountId": job.scope.account, "data": job.data}}
    try:
        context.client("lambda").invoke(FunctionName=name, InvocationType="Event", Payload=json.dumps(event).encode())
    except ClientError as error:
        if error.response["Error"]["Code"] == "ResourceNotFoundException":
            text = f"The AWS Lambda function {name} does not exist in {context.region}."
            raise ActionError(FailureType.CONFIGURATION, text) from error
        raise
    if context.tools.clock.stopped:
        raise HaltedError


def _show(context: ActionContext, answer: JobAnswer) -> None:
    context.report(summary=answer.summary or answer.failure_message)
    with context.tools.state.changed:
        context.run.percent = answer.percent if answer.percent is not None else context.run.percent


def _data(context: ActionContext, token: str | None) -> Mapping[str, Any]:
    """The job's data. It holds credentials: it must never be logged."""
    data: dict[str, Any] = {
        "actionConfiguration": {"configuration": dict(context.configuration)},
        "inputArtifacts": [
            _artifact(name, location.bucket, location.key, artifact.revision)
            for (name, location), artifact in zip(context.run.inputs, context.inputs, strict=True)
        ],
        "outputArtifacts": [
            _artifact(name, location.bucket, location.key, None) for name, location in context.run.outputs
        ],
        "artifactCredentials": {
            "accessKeyId": context.credentials.access_key_id,
            "secretAccessKey": context.credentials.secret_access_key,
            "sessionToken": context.credentials.session_token or "",
        },
    }
    if token is not None:
        data["continuationToken"] = token
    store = context.execution.pipeline.stores.get(context.region)
    if store is not None and store.key_id is not None:
        data["encryptionKey"] = {"id": store.key_id, "type": "KMS"}
    return data


def _artifact(name: str, bucket: str, key: str, revision: str | None) -> dict[str, Any]:
    location = {"type": "S3", "s3Location": {"bucketName": bucket, "objectKey": key}}
    return {"name": name, "revision": revision, "location": location}


KIND = ActionKind(
    ActionType("Invoke", "AWS", "Lambda", "1"),
    required=frozenset({"FunctionName"}),
    optional=frozenset({"UserParameters"}),
    inputs=(0, 5),
    outputs=(0, 5),
    run=_run,
)
