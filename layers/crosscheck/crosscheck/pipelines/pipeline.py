"""A pipeline as it is now."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from crosscheck.pipelines.definition import PipelineDefinition, account_of, parse_definition
from crosscheck.pipelines.parameters import Tags, read_tags

if TYPE_CHECKING:
    from mypy_boto3_codepipeline import CodePipelineClient


@dataclass(frozen=True)
class Pipeline:
    """A pipeline's definition and tags. ``account`` is the one that it lives in."""

    definition: PipelineDefinition
    tags: Tags
    account: str


def read_pipeline(client: CodePipelineClient, name: str, region: str) -> Pipeline:
    """The pipeline of this name, which ``region`` hosts.

    Raises:
        ClientError, BotoCoreError: CodePipeline refused, or did not answer.
    """
    answer = client.get_pipeline(name=name)
    arn = answer["metadata"]["pipelineArn"]
    return Pipeline(parse_definition(answer["pipeline"], region), read_tags(client, arn), account_of(arn))


def at_version(client: CodePipelineClient, pipeline: Pipeline, version: int) -> Pipeline:
    """The pipeline with the definition of that version, where it was changed since; its tags are today's.

    Raises:
        ClientError, BotoCoreError: as above.
    """
    now = pipeline.definition
    if version in {0, now.version}:
        return pipeline
    try:
        declared = client.get_pipeline(name=now.name, version=version)["pipeline"]
    except client.exceptions.PipelineVersionNotFoundException:
        return pipeline
    return replace(pipeline, definition=parse_definition(declared, now.region))
