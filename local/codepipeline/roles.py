"""The roles that pipelines and actions run under."""

import threading
from datetime import UTC, datetime, timedelta

from botocore.exceptions import ClientError

from local.clients import ADMINISTRATOR, Aws, Credentials
from local.codepipeline.declarations import Action, Pipeline
from local.codepipeline.errors import ActionError, FailureType

_SESSION_NAME = "local-codepipeline"
_RENEW_BEFORE = timedelta(minutes=5)


class Roles:
    """Assumes roles through STS and keeps their credentials until shortly before they expire."""

    def __init__(self, aws: Aws) -> None:
        self._aws = aws
        self._lock = threading.Lock()
        self._sessions: dict[tuple[str, str], tuple[Credentials, datetime]] = {}

    def of_pipeline(self, pipeline: Pipeline) -> Credentials:
        """The pipeline's own role, as CodePipeline assumes it.

        Raises:
            ActionError: the role cannot be assumed.
        """
        return self._session(pipeline.role_arn, pipeline.region, ADMINISTRATOR)

    def of_action(self, pipeline: Pipeline, action: Action) -> Credentials:
        """The action's role, assumed by the pipeline's; the pipeline's where the action names none.

        Raises:
            ActionError: a role cannot be assumed.
        """
        credentials = self.of_pipeline(pipeline)
        return self._session(action.role_arn, pipeline.region, credentials) if action.role_arn else credentials

    def _session(self, role_arn: str, region: str, assumed_by: Credentials) -> Credentials:
        key = (role_arn, assumed_by.access_key_id)
        with self._lock:
            credentials, expires = self._sessions.get(key, (None, datetime.min.replace(tzinfo=UTC)))
            if credentials is None or expires - _RENEW_BEFORE < datetime.now(UTC):
                credentials, expires = self._assume(role_arn, region, assumed_by)
                self._sessions[key] = (credentials, expires)
            return credentials

    def _assume(self, role_arn: str, region: str, assumed_by: Credentials) -> tuple[Credentials, datetime]:
        sts = self._aws.client("sts", region, assumed_by)
        try:
            answer = sts.assume_role(RoleArn=role_arn, RoleSessionName=_SESSION_NAME)
        except ClientError as error:
            raise ActionError(
                FailureType.PERMISSION,
                f"AWS CodePipeline is not authorized to perform AssumeRole on role {role_arn}: "
                f"{error.response['Error']['Message']}",
            ) from error
        issued = answer["Credentials"]
        credentials = Credentials(issued["AccessKeyId"], issued["SecretAccessKey"], issued["SessionToken"])
        return credentials, issued["Expiration"]
