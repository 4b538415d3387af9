"""What the source registry says of a replication: its state, and the rules that explain a state that is not there.

``DescribeImageReplicationStatus`` is asked in the source region. A destination that it does not list is no success:
no rule covers it, or the image was pushed before the rule. ``DescribeRegistry`` tells which.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from crosscheck.services.ecr.replica import SourceImage, describe, pushed_at

if TYPE_CHECKING:
    from mypy_boto3_ecr import ECRClient
    from mypy_boto3_ecr.type_defs import ImageReplicationStatusTypeDef, ReplicationRuleOutputTypeDef

RULE_PERMISSIONS = frozenset({"ecr:DescribeRegistry"})
PERMISSIONS = RULE_PERMISSIONS | {"ecr:DescribeImageReplicationStatus", "ecr:ListReplicationBackfills"}
# https://docs.aws.amazon.com/AmazonECR/latest/userguide/replication-backfill.html: the states of one that goes on
_BACKFILLING = frozenset({"PREPARING", "IN_PROGRESS", "STOPPING"})
REMEDY = "Custom::ReplicationRules or the stack's ReplicateRepositories"
REMEDY_ELSEWHERE = "to the registry of {source} itself: Crosscheck writes the rules of {home} only"
NAMED = 5


class ReplicationState(StrEnum):
    """The state of one manifest's replication to one region."""

    IN_PROGRESS = "IN_PROGRESS"
    COMPLETE = "COMPLETE"
    FAILED = "FAILED"
    UNLISTED = "not listed"
    NO_SOURCE = "not in the source"
    UNKNOWN = "not known to this version"


@dataclass(frozen=True)
class Replication:
    """A state; ``failure`` is ECR's code of a failed one, or its word for an unknown one; ``pushed`` is when the source
    got the manifest (epoch seconds, 0 where ECR does not say), ``registry`` the account of the source."""

    state: ReplicationState
    failure: str = ""
    pushed: float = 0.0
    registry: str = ""


@dataclass(frozen=True)
class Rule:
    """A replication rule: regions of the same registry, and prefixes of repositories, none for every repository."""

    regions: frozenset[str]
    prefixes: tuple[str, ...] = ()

    def covers(self, repository: str) -> bool:
        """Whether the rule replicates the repository."""
        return not self.prefixes or repository.startswith(self.prefixes)


def read_replication(source: ECRClient, image: SourceImage, digest: str, destination: str) -> Replication:
    """The state of one of the image's manifests."""
    detail = describe(source, image, [{"imageDigest": digest}]).get(digest)
    if detail is None:
        return Replication(ReplicationState.NO_SOURCE)
    pushed = pushed_at(detail)
    registry = detail.get("registryId", image.account)
    answer = source.describe_image_replication_status(
        repositoryName=image.repository, imageId={"imageDigest": digest}, **image.of_registry
    )
    for status in answer.get("replicationStatuses", []):
        # A rule may replicate to the same region of another account, too.
        if status.get("region") == destination and status.get("registryId", registry) == registry:
            return _reported(status, pushed, registry)
    return Replication(ReplicationState.UNLISTED, "", pushed, registry)


def _reported(status: ImageReplicationStatusTypeDef, pushed: float, registry: str) -> Replication:
    word = str(status.get("status", ""))  # the type knows only the words of today
    if word in {ReplicationState.IN_PROGRESS, ReplicationState.COMPLETE, ReplicationState.FAILED}:
        return Replication(ReplicationState(word), status.get("failureCode", ""), pushed, registry)
    return Replication(ReplicationState.UNKNOWN, word, pushed, registry)


def read_rules(source: ECRClient, registry: str = "") -> tuple[Rule, ...] | None:
    """The replication rules of our own registry; None where ``registry`` is another one, of which ECR tells nothing."""
    answer = source.describe_registry()
    own = answer.get("registryId", registry)
    if registry and own != registry:
        return None
    rules = answer.get("replicationConfiguration", {}).get("rules", [])
    return tuple(_rule(rule, own) for rule in rules)


def running_backfill(source: ECRClient, registry: str, destination: str) -> str:
    """The state of the backfill that brings older images to the destination; empty where none is running."""
    pages = source.get_paginator("list_replication_backfills").paginate(registryId=registry)
    for backfill in (each for page in pages for each in page["backfills"]):
        to, state = backfill["destination"], str(backfill["status"])
        if (to["region"], to["registryId"]) == (destination, registry) and state in _BACKFILLING:
            return state
    return ""


def never_comes(rules: Sequence[Rule], repository: str, source: str, destination: str, home: str) -> str:
    """Why no image of the repository will come to the destination, and what to do; empty where a rule covers it.

    ``home`` is Crosscheck's own region: the stack, and its custom resources, change no other registry.
    """
    remedy = REMEDY if source == home else REMEDY_ELSEWHERE.format(source=source, home=home)
    if not rules:
        return f"the registry in {source} has no replication rule; add one ({remedy})"
    towards = [rule for rule in rules if destination in rule.regions]
    if not towards:
        regions = _some({region for rule in rules for region in rule.regions}) or "no region of this account"
        return f"the replication rules of {source} lead to {regions}, not to {destination}; add it ({remedy})"
    if not any(rule.covers(repository) for rule in towards):
        prefixes = _some({prefix for rule in towards for prefix in rule.prefixes})
        return (
            f"the replication rules from {source} to {destination} cover only repositories that begin with {prefixes}; "
            f"add a prefix of {repository} ({remedy})"
        )
    return ""


def _rule(rule: ReplicationRuleOutputTypeDef, registry: str) -> Rule:
    return Rule(
        frozenset(to["region"] for to in rule["destinations"] if to["registryId"] == registry),
        tuple(prefix["filter"] for prefix in rule.get("repositoryFilters", [])),
    )


def _some(names: Collection[str]) -> str:
    shown = sorted(names)[:NAMED]
    return ", ".join([*shown, "…"] if len(names) > NAMED else shown)
