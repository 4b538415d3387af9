"""Reads the properties of custom resources. CloudFormation sends every value as a string or as a list of strings."""

from collections.abc import Collection, Mapping

from crosscheck.errors import ConfigurationError
from provision_regions.context import Partition

IGNORED = frozenset({"ServiceToken", "ServiceTimeout"})
QUOTED = 40  # characters of a value that an error text quotes


class PropertyReader:
    """Reads one request's properties and collects what is wrong with them, so that one answer names every problem."""

    def __init__(self, raw: Mapping[str, object], known: Collection[str]) -> None:
        self._raw = raw
        self.problems = [f"unknown property {name[:QUOTED]}" for name in sorted(raw.keys() - {*known} - IGNORED)]

    def strings(self, name: str, *, expected: str = "a list", required: bool = True) -> tuple[str, ...]:
        """The entries of a list; empty where the property is missing or is no list."""
        if name in self._raw and not isinstance(self._raw[name], str | list):
            self.problems.append(f"{name} must be {expected}")
        elif required and name not in self._raw:
            self.problems.append(f"{name} is missing")
        return strings_in(self._raw.get(name))

    def boolean(self, name: str) -> bool:
        """Whether the property is true; a missing one is false."""
        value = boolean_in(self._raw.get(name, "false"))
        if value is None:
            self.problems.append(f"{name} must be true or false")
        return bool(value)

    def regions(self, name: str, partition: Partition, *, required: bool = True) -> tuple[str, ...]:
        """The regions of a list, which has each of them once."""
        regions = self.strings(name, expected="a list of regions", required=required)
        self.check_regions(regions, partition)
        repeated = {region for region in regions if regions.count(region) > 1}
        self.problems += [f"region {region} is listed twice" for region in sorted(repeated & partition.regions)]
        return regions

    def check_regions(self, regions: Collection[str], partition: Partition) -> None:
        """Note regions that the partition does not have."""
        self.problems += [
            f"unknown region {region[:QUOTED]!r} (partition {partition.name})"
            for region in sorted(set(regions) - partition.regions)
        ]

    def raise_problems(self) -> None:
        """Raise ConfigurationError if there are problems."""
        if self.problems:
            raise ConfigurationError("; ".join(self.problems))


def strings_in(value: object) -> tuple[str, ...]:
    """The entries of a list or of a text with commas, without blanks; an empty parameter arrives as ``[""]``."""
    entries = value.split(",") if isinstance(value, str) else value if isinstance(value, list) else []
    return tuple(text for entry in entries if (text := str(entry).strip()))


def boolean_in(value: object) -> bool | None:
    """The truth value; None if the value has none."""
    return {"true": True, "false": False}.get(str(value).lower())
