"""Whether a repository lets a tag move."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from crosscheck.services.ecr.replica import SourceImage

if TYPE_CHECKING:
    from mypy_boto3_ecr import ECRClient

PERMISSIONS = frozenset({"ecr:DescribeRepositories"})


def is_immutable(client: ECRClient, image: SourceImage) -> bool:
    """Whether the client's registry refuses to move the image's tag.

    https://docs.aws.amazon.com/AmazonECR/latest/userguide/image-tag-mutability.html: a repository may except tags.
    """
    found = client.describe_repositories(repositoryNames=[image.repository], **image.of_registry)
    repository = found["repositories"][0]
    filters = repository.get("imageTagMutabilityExclusionFilters", [])
    excepted = any(_matches(each["filter"], image.tag) for each in filters)
    return repository.get("imageTagMutability", "MUTABLE").startswith("IMMUTABLE") is not excepted


def _matches(wildcard: str, tag: str) -> bool:
    return re.fullmatch(".*".join(map(re.escape, wildcard.split("*"))), tag) is not None
