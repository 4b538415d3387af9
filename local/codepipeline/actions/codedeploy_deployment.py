"""What the two CodeDeploy actions share: a deployment is created, shown, and waited for."""

from collections.abc import Mapping
from typing import Any

from botocore.exceptions import ClientError

from local.codepipeline.actions.base import ActionContext, ActionResult
from local.codepipeline.errors import ActionError, FailureType
from local.console import deployment_url
from local.outcomes import Outcome

POLL_SECONDS = 10
# CodePipeline gives up on a CodeDeploy deployment after five days.
TIMEOUT_SECONDS = 5 * 24 * 60 * 60
ENDED = {"Succeeded", "Failed", "Stopped"}
_NOT_THERE = {
    "ApplicationDoesNotExistException",
    "DeploymentGroupDoesNotExistException",
    "DeploymentConfigDoesNotExistException",
    "InvalidRevisionException",
}


def deploy(context: ActionContext, provider: str, revision: Mapping[str, Any]) -> ActionResult:
    """Deploy a revision to the action's deployment group, and wait for the end.

    Raises:
        ActionError: the deployment cannot be created, fails or is stopped.
    """
    outcome = context.tools.outcomes.of(context.region, provider, context.configuration["ApplicationName"])
    deployment_id = _create(context, revision)
    url = deployment_url(context.region, deployment_id)
    context.report(external_id=deployment_id, url=url, summary=f"Deployment {deployment_id} is in progress")
    ended = _await_end(context, deployment_id)
    if ended["status"] != "Succeeded":
        rollback = ended.get("rollbackInfo", {}).get("rollbackDeploymentId")
        if outcome is not Outcome.ROLLED_BACK or rollback is None:
            raise _failed(ended)
        # A deviation: CodePipeline's action fails when its deployment does. The account's contract wants this
        # outcome green, so that a release is seen that restored the old revision without anybody being told.
        if _await_end(context, rollback)["status"] != "Succeeded":
            raise _failed(ended)
    return ActionResult(summary="Deployment Succeeded")


def _create(context: ActionContext, revision: Mapping[str, Any]) -> str:
    try:
        made = context.client("codedeploy").create_deployment(
            applicationName=context.configuration["ApplicationName"],
            deploymentGroupName=context.configuration["DeploymentGroupName"],
            description=_description(context),
            revision=revision,
        )
    except ClientError as error:
        if error.response["Error"]["Code"] not in _NOT_THERE:
            raise
        raise ActionError(FailureType.CONFIGURATION, error.response["Error"]["Message"]) from error
    return str(made["deploymentId"])


def _description(context: ActionContext) -> str:
    """Names the source revision, so that what is deployed in each region can be told apart and told equal."""
    found = (run.revision.id for run in context.execution.actions if run.revision is not None)
    return f"source revision {next(found, 'unknown')}"


def _await_end(context: ActionContext, deployment_id: str) -> Mapping[str, Any]:
    waited = 0
    while waited < TIMEOUT_SECONDS:
        context.pause(POLL_SECONDS)
        waited += POLL_SECONDS
        found: Mapping[str, Any] = context.client("codedeploy").get_deployment(deploymentId=deployment_id)[
            "deploymentInfo"
        ]
        if found["status"] in ENDED:
            return found
    raise ActionError(FailureType.JOB_FAILED, f"The deployment {deployment_id} did not end within five days.")


def _failed(ended: Mapping[str, Any]) -> ActionError:
    verb = "was stopped" if ended["status"] == "Stopped" else "failed"
    reason = ended.get("errorInformation", {}).get("message", "")
    return ActionError(FailureType.JOB_FAILED, f"Deployment {ended['deploymentId']} {verb}. {reason}".strip())
