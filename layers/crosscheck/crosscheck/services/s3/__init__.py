"""S3: the object that a deploy action wrote, and the bucket that a source reads."""

from collections.abc import Mapping

from crosscheck.contracts.service import DeployProvider, Service
from crosscheck.pipelines.definition import ActionDefinition
from crosscheck.services.s3.object_check import S3Object
from crosscheck.services.s3.source_bucket import SourceBucket

# https://docs.aws.amazon.com/codepipeline/latest/userguide/tutorials-s3deploy.html: the action writes the time there
TIME_OF_UPLOAD = "{datetime}"


class S3Deploy(DeployProvider):
    """https://docs.aws.amazon.com/codepipeline/latest/userguide/action-reference-S3Deploy.html"""

    name = "S3"
    check = S3Object.kind
    keys = {"bucket": "BucketName", "key": "ObjectKey"}

    def unsupported(self, action: ActionDefinition, configuration: Mapping[str, str]) -> str:
        """An archive that is extracted, and a key that holds the time, name no single object."""
        if configuration.get("Extract", "").lower() == "true":
            return f"action {action.name} extracts an archive: no single object can be looked at"
        if TIME_OF_UPLOAD in configuration.get("ObjectKey", ""):
            return f"action {action.name} names its object by the time, {TIME_OF_UPLOAD}: which key it wrote is unknown"
        return super().unsupported(action, configuration)


SERVICE = Service(
    checks=(S3Object(),),
    internal_checks=(SourceBucket(),),
    deploy_providers=(S3Deploy(),),
)
