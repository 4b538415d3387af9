"""What the tags of a pipeline tell."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mypy_boto3_codepipeline import CodePipelineClient

PREFIX = "crosscheck:"
# https://docs.aws.amazon.com/codepipeline/latest/userguide/limits.html: 50 tags per resource
LIMIT = 50
_TRUE = frozenset({"true", "yes", "1", ""})


@dataclass(frozen=True)
class Tags:
    """The tags that are ours; empty where the pipeline has none. ``ignore``: the pipeline is not to be verified."""

    plan: str = ""
    rollback: str = ""
    ignore: bool = False


def read_tags(client: CodePipelineClient, arn: str) -> Tags:
    """The tags of the pipeline with this ARN.

    Raises:
        ClientError, BotoCoreError: CodePipeline refused, or did not answer.
    """
    pages = client.get_paginator("list_tags_for_resource").paginate(
        resourceArn=arn, PaginationConfig={"MaxItems": LIMIT}
    )
    return parse_tags({tag["key"]: tag["value"] for page in pages for tag in page["tags"]})


def parse_tags(tags: Mapping[str, str]) -> Tags:
    """The tags by their keys. ``crosscheck:ignore`` counts with no value, too."""
    ours = {key.removeprefix(PREFIX): value.strip() for key, value in tags.items() if key.startswith(PREFIX)}
    return Tags(
        plan=ours.get("plan", ""),
        rollback=ours.get("rollback", "").lower(),
        ignore=ours.get("ignore", "false").lower() in _TRUE,
    )
