"""The properties of `Custom::ReplicationRules`."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from provision_regions.context import ProviderContext
from provision_regions.custom_resource.properties import PropertyReader

SHORTEST, LONGEST = 2, 256
# https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_RepositoryFilter.html says the same with nested repeats.
PREFIX = re.compile(r"(?:[a-z0-9][a-z0-9._-]*/)*[a-z0-9._-]*")


@dataclass(frozen=True)
class ReplicationProperties:
    """What the template asks for, sorted. Without destinations or without prefixes there are no rules."""

    destinations: tuple[str, ...]
    prefixes: tuple[str, ...]


def read_properties(raw: Mapping[str, object], context: ProviderContext) -> ReplicationProperties:
    """Read the properties of a Create or an Update.

    The home region is left out of the destinations: one list of regions may serve several purposes and name it, and
    an image is there already.

    Raises:
        ConfigurationError: the text names every problem.
    """
    reader = PropertyReader(raw, {"Destinations", "RepositoryPrefixes"})
    destinations, prefixes = set(reader.strings("Destinations")), set(reader.strings("RepositoryPrefixes"))
    reader.check_regions(destinations, context.partition)
    reader.problems += _prefix_problems(prefixes)
    reader.raise_problems()
    return ReplicationProperties(tuple(sorted(destinations - {context.home_region})), tuple(sorted(prefixes)))


def _prefix_problems(prefixes: Iterable[str]) -> Iterable[str]:
    for prefix in sorted(prefixes):
        if not SHORTEST <= len(prefix) <= LONGEST:
            yield f"repository prefix {prefix[:40]!r} must have {SHORTEST} to {LONGEST} characters"
        elif not PREFIX.fullmatch(prefix):
            yield f"repository prefix {prefix[:40]!r} must be of a-z, 0-9, '.', '_', '-' and single '/'"
