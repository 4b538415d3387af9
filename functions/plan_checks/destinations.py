"""The regions in which an image has to arrive: those of the registry's rules, and those that the stack promises."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from mypy_boto3_ecr import ECRClient
    from mypy_boto3_ecr.type_defs import ReplicationRuleOutputTypeDef

    from crosscheck.subjects import ImageSubject


def destinations(
    client: ECRClient, image: ImageSubject, promised: Sequence[str], prefixes: Sequence[str]
) -> tuple[str, ...]:
    """The destination regions of an image, sorted; none where nobody replicates its repository.

    ``promised`` are the stack's regions: an image whose repository begins with one of the stack's ``prefixes``
    has to get there even where the rule is missing. ``client`` asks the registry of the image's own region.

    Raises:
        ClientError, BotoCoreError: ECR refused, or did not answer.
    """
    registry = client.describe_registry()
    rules = registry.get("replicationConfiguration", {}).get("rules", [])
    found = set(_of_rules(rules, image.repository, registry["registryId"]))
    if image.repository.startswith(tuple(prefixes)):
        found |= set(promised)
    return tuple(sorted(found - {image.region}))


def _of_rules(rules: Iterable[ReplicationRuleOutputTypeDef], repository: str, registry: str) -> Iterable[str]:
    """The regions of the rules that match; a rule without filters matches every repository.

    Only destinations in the same registry: another account's cannot be looked into from here.
    """
    for rule in rules:
        filters = [one["filter"] for one in rule.get("repositoryFilters", [])]
        if not filters or repository.startswith(tuple(filters)):
            yield from (to["region"] for to in rule["destinations"] if to["registryId"] == registry)
