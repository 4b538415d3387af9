"""Which regions there are, by the SDK's own partition data: a region that AWS does not have is never called."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, cast

from botocore.loaders import create_loader


@dataclass(frozen=True)
class Partition:
    """A partition of AWS: ``aws``, ``aws-cn``, ``aws-us-gov`` …"""

    name: str
    dns_suffix: str
    regions: frozenset[str]


@cache
def partition_named(name: str) -> Partition:
    """The partition with all its regions, enabled for this account or not.

    Raises:
        KeyError: the SDK knows no such partition.
    """
    data = cast("Mapping[str, Any]", create_loader().load_data("partitions"))
    found = {entry["id"]: entry for entry in data["partitions"]}[name]
    # "aws-global" stands among the regions and is none.
    regions = frozenset(region for region in found["regions"] if not region.endswith("-global"))
    return Partition(name, found["outputs"]["dnsSuffix"], regions)
