"""Deploy action ElasticBeanstalk: the input artifact becomes an application version, which the environment is given.

Version labels are written as CodePipeline's are: ``code-pipeline-<milliseconds>-<source revision>`` for an artifact of
a source, ``code-pipeline-<milliseconds>-<artifact>-<UUID>`` for any other. AWS documents neither where the source
bundle lies nor what the external execution id is: here they are the artifact itself and the version's label.
"""

import uuid
from collections.abc import Mapping
from math import inf
from typing import Any

from botocore.exceptions import ClientError

from local.codepipeline.actions.base import ActionContext, ActionKind, ActionResult
from local.codepipeline.declarations import ActionType
from local.codepipeline.errors import DENIED, ActionError, FailureType
from local.console import environment_url
from local.outcomes import Outcome

PROVIDER = "ElasticBeanstalk"
KEY = ("Deploy", "AWS", PROVIDER)
LABEL_LIMIT = 100  # characters
POLL_SECONDS = 10
# CodePipeline gives up after an hour, as with every action for which it documents no other time.
TIMEOUT_SECONDS = 60 * 60
READY = "Ready"


def _run(context: ActionContext) -> ActionResult:
    environment = _environment(context)
    outcome = context.tools.outcomes.of(context.region, PROVIDER, environment["EnvironmentName"])
    url = environment_url(context.region, environment["ApplicationName"], environment["EnvironmentId"])
    context.report(url=url)
    label = _label(context)
    request = _deploy(context, label)
    context.report(external_id=label, summary=f"Deployment of {label} is in progress")
    found = _await_ready(context, inf if outcome is Outcome.HANG else TIMEOUT_SECONDS)
    # A deviation: CodePipeline's action fails when a deployment says that it failed. The account's contract wants this
    # outcome green, so that an environment is seen that went back without anybody being told.
    if outcome is not Outcome.ROLLED_BACK:
        _require_success(context, found, label, request)
    return ActionResult(summary="Deployment Succeeded")


def _environment(context: ActionContext) -> Mapping[str, Any]:
    application, name = (context.configuration[key] for key in ("ApplicationName", "EnvironmentName"))
    asked = {"ApplicationName": application, "EnvironmentNames": [name]}
    for environment in _call(context, "describe_environments", **asked)["Environments"]:
        found: Mapping[str, Any] = environment
        return found
    text = f"The environment {name} of the application {application} does not exist in {context.region}."
    raise ActionError(FailureType.CONFIGURATION, text)


def _label(context: ActionContext) -> str:
    artifact, milliseconds = context.inputs[0], int(context.tools.clock.now() * 1000)
    content = artifact.revision or f"{artifact.name}-{uuid.uuid4()}"
    return f"code-pipeline-{milliseconds}-{content}"[:LABEL_LIMIT]


def _deploy(context: ActionContext, label: str) -> str:
    """Make the version and begin its deployment; the id of the request that began it, which its events name."""
    application, location = context.configuration["ApplicationName"], context.inputs[0].locations[context.region]
    bundle = {"S3Bucket": location.bucket, "S3Key": location.key}
    named = {"ApplicationName": application, "VersionLabel": label}
    _call(context, "create_application_version", **named, SourceBundle=bundle)
    answer = _call(context, "update_environment", **named, EnvironmentName=context.configuration["EnvironmentName"])
    return str(answer["ResponseMetadata"]["RequestId"])


def _await_ready(context: ActionContext, seconds: float) -> Mapping[str, Any]:
    waited = 0
    while waited < seconds:
        context.pause(POLL_SECONDS)
        waited += POLL_SECONDS
        environment = _environment(context)
        if environment["Status"] == READY:
            return environment
    text = "The environment did not become Ready within 60 minutes: the action timed out."
    raise ActionError(FailureType.JOB_FAILED, text)


def _require_success(context: ActionContext, environment: Mapping[str, Any], label: str, request: str) -> None:
    """What becomes of the environment's health after the deployment is not CodePipeline's concern."""
    asked = {"EnvironmentName": environment["EnvironmentName"], "RequestId": request, "Severity": "ERROR"}
    if errors := _call(context, "describe_events", **asked)["Events"]:
        told = " ".join(event["Message"] for event in errors)
        raise ActionError(FailureType.JOB_FAILED, f"Deployment completed, but with errors: {told}")
    if environment["VersionLabel"] != label:
        text = f"The environment runs the version {environment['VersionLabel']}, not {label}."
        raise ActionError(FailureType.JOB_FAILED, text)


def _call(context: ActionContext, operation: str, **parameters: Any) -> Any:
    try:
        return getattr(context.client("elasticbeanstalk"), operation)(**parameters)
    except ClientError as error:
        if error.response["Error"]["Code"] in DENIED:
            raise
        raise ActionError(FailureType.JOB_FAILED, error.response["Error"]["Message"]) from error


KIND = ActionKind(
    ActionType(*KEY, "1"),
    required=frozenset({"ApplicationName", "EnvironmentName"}),
    optional=frozenset(),
    inputs=(1, 1),
    outputs=(0, 0),
    run=_run,
)
