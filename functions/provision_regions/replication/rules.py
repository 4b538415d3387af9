"""The rules that the properties of `Custom::ReplicationRules` ask for, and how they are merged into a registry's
configuration. Pure: no AWS call.

ECR's rules have neither ids nor tags. A rule is recognised by the fingerprint of its content, and a record of these
fingerprints tells which rules are ours.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from itertools import batched
from typing import Any

from provision_regions.context import ProviderContext
from provision_regions.custom_resource.properties import PropertyReader

SHORTEST, LONGEST = 2, 256
# https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_RepositoryFilter.html says the same with nested repeats.
PREFIX = re.compile(r"(?:[a-z0-9][a-z0-9._-]*/)*[a-z0-9._-]*")
# https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_ReplicationRule.html
type Rule = Mapping[str, Any]
# https://docs.aws.amazon.com/AmazonECR/latest/userguide/service-quotas.html
MAX_RULES = 10
MAX_DESTINATIONS = 25  # different ones in all rules; the API reference says: of one rule
MAX_FILTERS = 100  # of one rule


def read_properties(raw: Mapping[str, object], context: ProviderContext) -> tuple[Sequence[str], Sequence[str]]:
    """The destinations and the repositories' prefixes that a Create or an Update asks for, sorted.

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
    return sorted(destinations - {context.home_region}), sorted(prefixes)


def _prefix_problems(prefixes: Iterable[str]) -> Iterable[str]:
    for prefix in sorted(prefixes):
        if not SHORTEST <= len(prefix) <= LONGEST:
            yield f"repository prefix {prefix[:40]!r} must have {SHORTEST} to {LONGEST} characters"
        elif not PREFIX.fullmatch(prefix):
            yield f"repository prefix {prefix[:40]!r} must be of a-z, 0-9, '.', '_', '-' and single '/'"


@dataclass(frozen=True)
class Merged:
    """A whole configuration, and the fingerprints of our rules in it."""

    rules: tuple[Rule, ...]
    ours: frozenset[str]


@dataclass(frozen=True)
class OurRules:
    """The rules that are ours, and those that we have removed, by fingerprint.

    Of a removed rule, other people may have identical copies, which stay: ``foreign_copies`` says how many. If there
    are more of them later, another writer has restored ours. Of a rule that is ours, or was left to another resource of
    ours, the number is 0.
    """

    foreign_copies: Mapping[str, int]

    def among(self, present: Sequence[Rule]) -> frozenset[str]:
        """Our rules in a configuration that was just read, the restored ones included."""
        copies = Counter(map(fingerprint, present))
        return frozenset(mark for mark, foreign in self.foreign_copies.items() if copies[mark] > foreign)

    def also(self, claimed: Iterable[str]) -> OurRules:
        """Our rules with those that are there already, and are ours too from now on."""
        return OurRules({**self.foreign_copies, **dict.fromkeys(claimed, 0)})

    def after(self, written: Merged, shared: AbstractSet[str]) -> OurRules:
        """Our rules once the configuration is written."""
        copies = Counter(map(fingerprint, written.rules))
        known = self.foreign_copies.keys() | written.ours
        return OurRules({mark: 0 if mark in written.ours | shared else copies[mark] for mark in known})


def fingerprint(rule: Rule) -> str:
    """The same text for rules that do the same. ECR may list destinations and filters in another order."""
    content: dict[str, object] = {
        "destinations": sorted((entry["region"], entry["registryId"]) for entry in rule["destinations"]),
        "filters": sorted((entry["filterType"], entry["filter"]) for entry in rule.get("repositoryFilters", [])),
    }
    content |= {name: value for name, value in rule.items() if name not in {"destinations", "repositoryFilters"}}
    if content.get("deleteReplication") == {"enabled": False}:  # ECR does the same without it
        del content["deleteReplication"]
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:32]


def wanted_rules(destinations: Sequence[str], prefixes: Sequence[str], account: str) -> tuple[Rule, ...]:
    """The fewest rules for both. Without prefixes there is none: a rule without filters replicates all."""
    return tuple(
        {
            "destinations": [{"region": region, "registryId": account} for region in regions],
            "repositoryFilters": [{"filter": prefix, "filterType": "PREFIX_MATCH"} for prefix in few],
        }
        for regions in batched(destinations, MAX_DESTINATIONS, strict=False)
        for few in batched(prefixes, MAX_FILTERS, strict=False)
    )


def merge(
    present: Sequence[Rule], ours: AbstractSet[str], wanted: Sequence[Rule], shared: AbstractSet[str] = frozenset()
) -> Merged:
    """The configuration with our wanted rules and without our other ones. Other people's rules stay where they are.

    A wanted rule that somebody else has made already is not made again, and is not ours. Of identical rules, at most
    one is ours. ``shared`` are the rules of other resources of ours: such a one is ours too if we want it, and stays if
    we do not.
    """
    missing = {fingerprint(rule): rule for rule in wanted}
    obsolete = set(ours) - missing.keys() - shared
    kept: list[Rule] = []
    for rule in present:
        if fingerprint(rule) in obsolete:
            obsolete.discard(fingerprint(rule))  # another one like it is somebody else's
        else:
            kept.append(rule)
    there = {fingerprint(rule) for rule in kept}
    added = {mark: rule for mark, rule in missing.items() if mark not in there}
    confirmed = there & (ours | shared) & missing.keys()
    return Merged((*kept, *added.values()), frozenset(confirmed | added.keys()))


def quota_problem(merged: Merged) -> str:
    """Which quotas a configuration exceeds, with the numbers; empty if it exceeds none."""
    rules, ours = merged.rules, len(merged.ours)
    places = {(entry["region"], entry["registryId"]) for rule in rules for entry in rule["destinations"]}
    filters = max((len(rule.get("repositoryFilters", [])) for rule in rules), default=0)
    problems = []
    if len(rules) > MAX_RULES:
        problems.append(f"{ours} rules of ours and {len(rules) - ours} of others; the quota is {MAX_RULES}")
    if len(places) > MAX_DESTINATIONS:
        problems.append(f"{len(places)} different destinations in all rules; the quota is {MAX_DESTINATIONS}")
    if filters > MAX_FILTERS:
        problems.append(f"{filters} filters in one rule; the quota is {MAX_FILTERS}")
    return "; ".join(problems)
