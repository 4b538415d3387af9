"""Whether a repository lets a tag move."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mypy_boto3_ecr import ECRClient
    from mypy_boto3_ecr.type_defs import DescribeRepositoriesRequestTypeDef

PERMISSIONS = frozenset({"ecr:DescribeRepositories"})


def is_immutable(client: ECRClient, repository: str, tag: str, account: str = "") -> bool:
    """Whether the client's registry, or the account's in its region, refuses to move a tag that an image has.

    https://docs.aws.amazon.com/AmazonECR/latest/userguide/image-tag-mutability.html: a repository may except tags.
    """
    request: DescribeRepositoriesRequestTypeDef = {"repositoryNames": [repository]}
    if account:
        request["registryId"] = account
    found = client.describe_repositories(**request)["repositories"][0]
    filters = found.get("imageTagMutabilityExclusionFilters", [])
    excepted = any(_matches(each["filter"], tag) for each in filters)
    return found.get("imageTagMutability", "MUTABLE").startswith("IMMUTABLE") is not excepted


def _matches(wildcard: str, tag: str) -> bool:
    return re.fullmatch(".*".join(map(re.escape, wildcard.split("*"))), tag) is not None
