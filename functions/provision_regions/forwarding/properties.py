"""The properties of `Custom::EventForwarding`. CloudFormation sends lists of strings; an empty parameter is `[""]`."""

from collections.abc import Iterable, Mapping

from crosscheck.errors import ConfigurationError
from provision_regions.context import ProviderContext
from provision_regions.stores.properties import listed_regions

KNOWN = frozenset({"Regions"})
IGNORED = frozenset({"ServiceToken", "ServiceTimeout"})


def read_regions(raw: Mapping[str, object], context: ProviderContext) -> tuple[str, ...]:
    """The regions to forward from, sorted, without the home region; there may be none.

    Home is left out because its events are on its bus already: a rule there would send them round.

    Raises:
        ConfigurationError: with every problem, in words.
    """
    problems = [f"unknown property {name[:40]}" for name in sorted(raw.keys() - KNOWN - IGNORED)]
    if not isinstance(raw.get("Regions"), str | list):
        problems.append("Regions must be a list of regions" if "Regions" in raw else "Regions is missing")
    regions = listed_regions(raw)
    problems += _region_problems(regions, context)
    if problems:
        raise ConfigurationError("; ".join(problems))
    return tuple(sorted(set(regions) - {context.home_region}))


def _region_problems(regions: tuple[str, ...], context: ProviderContext) -> Iterable[str]:
    unknown = set(regions) - context.partition.regions
    for region in sorted(unknown):
        yield f"unknown region {region[:40]!r} (partition {context.partition.name})"
    for region in sorted({region for region in regions if regions.count(region) > 1} - unknown):
        yield f"region {region} is listed twice"
