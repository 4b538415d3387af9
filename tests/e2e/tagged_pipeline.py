"""A pipeline with Crosscheck's tags, made with plain boto3; a source of files; and a role that does anything."""

from __future__ import annotations

import io
import json
import zipfile
from typing import TYPE_CHECKING, Any

from tests.e2e.small_pipelines import SmallPipeline

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.e2e.outside import Outside


def create_tagged(outside: Outside, definition: Mapping[str, Any], **tags: str) -> SmallPipeline:
    """Create the pipeline; ``plan="x"`` is the tag ``crosscheck:plan``. It starts at once."""
    client, name = outside.client("codepipeline"), definition["name"]
    given = [{"key": f"crosscheck:{key}", "value": value} for key, value in tags.items()]
    client.create_pipeline(pipeline=definition, tags=given)
    (first,) = client.list_pipeline_executions(pipelineName=name)["pipelineExecutionSummaries"]
    return SmallPipeline(outside, name, first["pipelineExecutionId"])


def retag(pipeline: SmallPipeline, *gone: str, **tags: str) -> None:
    """Set Crosscheck's tags of the pipeline, and take those that are ``gone`` away."""
    arn = pipeline.client.get_pipeline(name=pipeline.name)["metadata"]["pipelineArn"]
    given = [{"key": f"crosscheck:{key}", "value": value} for key, value in tags.items()]
    if given:
        pipeline.client.tag_resource(resourceArn=arn, tags=given)
    if gone:
        pipeline.client.untag_resource(resourceArn=arn, tagKeys=[f"crosscheck:{key}" for key in gone])


def upload(outside: Outside, bucket: str, files: Mapping[str, str]) -> None:
    """Put a release of these files into a source that ``OwnPipeline.create_source`` made."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for path, text in files.items():
            archive.writestr(path, text)
    outside.client("s3").put_object(Bucket=bucket, Key="release.zip", Body=content.getvalue())


def deploy(name: str, region: str, provider: str, **configuration: str) -> dict[str, Any]:
    """A deploy action over the artifact ``Release``."""
    return {
        "name": name,
        "region": region,
        "actionTypeId": {"category": "Deploy", "owner": "AWS", "provider": provider, "version": "1"},
        "configuration": configuration,
        "inputArtifacts": [{"name": "Release"}],
    }


def put_plan(outside: Outside, name: str, plan: Mapping[str, Any]) -> str:
    """Write a plan; the parameter's name, for the tag."""
    path = f"/crosscheck/plans/{name}"
    outside.client("ssm").put_parameter(Name=path, Value=json.dumps(plan), Type="String", Overwrite=True)
    return path


def bucket_in(outside: Outside, region: str, name: str) -> str:
    """Create a versioned bucket; its name."""
    s3 = outside.client("s3", region)
    location = {} if region == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": region}}
    s3.create_bucket(Bucket=name, **location)
    s3.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
    return name


def open_to_all(outside: Outside, region: str, bucket: str) -> None:
    """Let everybody read the bucket's objects, as a static site's are."""
    statement = {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": f"arn:aws:s3:::{bucket}/*"}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    s3 = outside.client("s3", region)
    s3.delete_public_access_block(Bucket=bucket)
    s3.put_bucket_policy(Bucket=bucket, Policy=policy)
