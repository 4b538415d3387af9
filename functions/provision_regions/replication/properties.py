"""The properties of `Custom::ReplicationRules`. CloudFormation sends lists of strings; an empty parameter is `[""]`."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from crosscheck.errors import ConfigurationError
from provision_regions.context import ProviderContext

KNOWN = frozenset({"Destinations", "RepositoryPrefixes"})
IGNORED = frozenset({"ServiceToken", "ServiceTimeout"})
SHORTEST, LONGEST = 2, 256
# https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_RepositoryFilter.html says the same with nested repeats.
PREFIX = re.compile(r"(?:[a-z0-9][a-z0-9._-]*/)*[a-z0-9._-]*")


@dataclass(frozen=True)
class ReplicationProperties:
    """What the template asks for, sorted. Without destinations or without prefixes there is nothing to do."""

    destinations: tuple[str, ...]
    prefixes: tuple[str, ...]


def read_properties(raw: Mapping[str, object], context: ProviderContext) -> ReplicationProperties:
    """Read the properties of a Create or an Update; the home region among the destinations is left out.

    A list of regions that serves several purposes may name home, and an image is at home already.

    Raises:
        ConfigurationError: with every problem, in words.
    """
    problems = [f"unknown property {name[:40]}" for name in sorted(raw.keys() - KNOWN - IGNORED)]
    problems += _shape_problems(raw)
    destinations, prefixes = _entries(raw.get("Destinations")), _entries(raw.get("RepositoryPrefixes"))
    problems += _region_problems(destinations, context)
    problems += _prefix_problems(prefixes)
    if problems:
        raise ConfigurationError("; ".join(problems))
    return ReplicationProperties(tuple(sorted(destinations - {context.home_region})), tuple(sorted(prefixes)))


def _entries(value: object) -> frozenset[str]:
    entries = value.split(",") if isinstance(value, str) else value if isinstance(value, list) else []
    return frozenset(text for entry in entries if (text := str(entry).strip()))


def _shape_problems(raw: Mapping[str, object]) -> Iterable[str]:
    for name in sorted(KNOWN):
        if not isinstance(raw.get(name), str | list):
            yield f"{name} must be a list" if name in raw else f"{name} is missing"


def _region_problems(regions: Iterable[str], context: ProviderContext) -> Iterable[str]:
    for region in sorted(set(regions) - context.partition.regions):
        yield f"unknown region {region[:40]!r} (partition {context.partition.name})"


def _prefix_problems(prefixes: Iterable[str]) -> Iterable[str]:
    for prefix in sorted(prefixes):
        if not SHORTEST <= len(prefix) <= LONGEST:
            yield f"repository prefix {prefix[:40]!r} must have {SHORTEST} to {LONGEST} characters"
        elif not PREFIX.fullmatch(prefix):
            yield f"repository prefix {prefix[:40]!r} must be of a-z, 0-9, '.', '_', '-' and single '/'"
