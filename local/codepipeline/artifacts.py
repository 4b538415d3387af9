"""Artifacts in the artifact stores: real objects, in the region of the action that reads or writes them."""

import secrets
import string

from botocore.exceptions import ClientError

from local.clients import Aws, Credentials
from local.codepipeline.declarations import ArtifactStore, Pipeline
from local.codepipeline.errors import DENIED, ActionError, FailureType
from local.codepipeline.state import Artifact, Location

_PIPELINE_CHARACTERS = 20
_ARTIFACT_CHARACTERS = 10
_RANDOM_CHARACTERS = 7
_ALPHABET = string.ascii_letters + string.digits


class Artifacts:
    """Reads, writes and copies artifacts with the credentials that it is given."""

    def __init__(self, aws: Aws) -> None:
        self._aws = aws

    def allocate(self, pipeline: Pipeline, name: str, region: str) -> Location:
        """Where a new artifact of an action in that region will lie.

        Raises:
            ActionError: the pipeline has no store there.
        """
        store = _store(pipeline, region)
        random = "".join(secrets.choice(_ALPHABET) for _ in range(_RANDOM_CHARACTERS))
        key = f"{pipeline.name[:_PIPELINE_CHARACTERS]}/{name[:_ARTIFACT_CHARACTERS]}/{random}"
        return Location(region, store.bucket, key)

    def write(self, pipeline: Pipeline, location: Location, body: bytes, credentials: Credentials) -> None:
        """Put the object, encrypted with the store's key, or as the bucket has it.

        Raises:
            ActionError: the bucket is missing or refuses it.
        """
        key_id = _store(pipeline, location.region).key_id
        # Without a key CodePipeline takes the account's aws/s3 key, which the emulator does not have.
        encryption = {"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": key_id} if key_id else {}
        s3 = self._aws.client("s3", location.region, credentials)
        try:
            s3.put_object(Bucket=location.bucket, Key=location.key, Body=body, **encryption)
        except ClientError as error:
            raise _refused("write", location, error) from error

    def read(self, location: Location, credentials: Credentials) -> bytes:
        """The object.

        Raises:
            ActionError: the object or its bucket is missing, or may not be read.
        """
        s3 = self._aws.client("s3", location.region, credentials)
        try:
            body: bytes = s3.get_object(Bucket=location.bucket, Key=location.key)["Body"].read()
        except ClientError as error:
            raise _refused("read", location, error) from error
        return body

    def bring(self, pipeline: Pipeline, artifact: Artifact, region: str, credentials: Credentials) -> Location:
        """The artifact in the store of that region, copied there if no action brought it there before.

        Raises:
            ActionError: there is no store, or a bucket refuses.
        """
        with artifact.copying:
            if region not in artifact.locations:
                origin = next(iter(artifact.locations.values()))
                copy = Location(region, _store(pipeline, region).bucket, origin.key)
                self.write(pipeline, copy, self.read(origin, credentials), credentials)
                artifact.locations[region] = copy
            return artifact.locations[region]


def _store(pipeline: Pipeline, region: str) -> ArtifactStore:
    try:
        return pipeline.stores[region]
    except KeyError:
        raise ActionError(
            FailureType.CONFIGURATION, f"The pipeline {pipeline.name} has no artifact store in {region}."
        ) from None


def _refused(verb: str, location: Location, error: ClientError) -> ActionError:
    code = error.response["Error"]["Code"]
    if code == "NoSuchBucket":
        text = f"The artifact bucket {location.bucket} in {location.region} does not exist."
        return ActionError(FailureType.CONFIGURATION, text)
    text = f"Unable to {verb} the artifact s3://{location.bucket}/{location.key} in {location.region}: {error}"
    return ActionError(FailureType.PERMISSION if code in DENIED else FailureType.JOB_FAILED, text)
