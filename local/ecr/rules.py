"""A registry's replication configuration: what ECR takes, and where it sends an image.

Quotas: https://docs.aws.amazon.com/AmazonECR/latest/userguide/service-quotas.html
"""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from local.aws_json.errors import ApiError
from local.regions import same_partition

MAX_RULES = 10
MAX_DESTINATIONS = 25  # different ones, over all rules

type Configuration = Mapping[str, Any]


class Destination(NamedTuple):
    """A registry that images are sent to."""

    region: str
    registry_id: str


def check(configuration: Configuration, own: Destination) -> None:
    """Refuse what ECR refuses; lengths, patterns and filters per rule are in the service model already.

    Raises:
        ApiError: with the numbers or the destination that is wrong.
    """
    rules = configuration["rules"]
    if len(rules) > MAX_RULES:
        raise ApiError("ValidationException", f"{len(rules)} replication rules exceed the limit of {MAX_RULES}.")
    wanted = destinations_in(configuration)
    if len(wanted) > MAX_DESTINATIONS:
        text = f"{len(wanted)} unique replication destinations exceed the limit of {MAX_DESTINATIONS}."
        raise ApiError("ValidationException", text)
    if own in wanted:
        raise ApiError("InvalidParameterException", _same_registry())
    for region in sorted({destination.region for destination in wanted}):
        if not same_partition(region, own.region):
            raise ApiError("ValidationException", f"Invalid replication destination region '{region}'.")


def destinations_in(configuration: Configuration) -> set[Destination]:
    """All destinations of the rules."""
    return {destination for rule in configuration["rules"] for destination in _destinations(rule)}


def _same_registry() -> str:
    return (
        "Invalid parameter at 'replicationConfiguration' failed to satisfy constraint: "
        "'Replication destination cannot be the same as the source registry'"
    )


def destinations_of(configuration: Configuration, repository: str) -> tuple[Destination, ...]:
    """Where an image of that repository goes, each destination once, in the rules' order."""
    found = (
        destination
        for rule in configuration["rules"]
        if _matches(rule, repository)
        for destination in _destinations(rule)
    )
    return tuple(dict.fromkeys(found))


def _matches(rule: Mapping[str, Any], repository: str) -> bool:
    filters = rule.get("repositoryFilters")
    return not filters or any(repository.startswith(entry["filter"]) for entry in filters)


def _destinations(rule: Mapping[str, Any]) -> Iterator[Destination]:
    return (Destination(entry["region"], entry["registryId"]) for entry in rule["destinations"])
