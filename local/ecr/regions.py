"""Regions by botocore's list. Its resolver is no judge: it takes any name of the right form, ``eu-nowhere-9`` too."""

from collections.abc import Mapping
from functools import cache
from typing import Any, cast

from botocore.loaders import create_loader


@cache
def _partitions() -> Mapping[str, str]:
    """The partition of every region."""
    data = cast("Mapping[str, Any]", create_loader().load_data("partitions"))
    return {region: str(entry["id"]) for entry in data["partitions"] for region in entry["regions"]}


def is_region(name: str) -> bool:
    """Whether AWS has a region of that name."""
    return name in _partitions() and not name.endswith("-global")


def same_partition(one: str, other: str) -> bool:
    """Whether images can go from one of the regions to the other."""
    return is_region(one) and is_region(other) and _partitions()[one] == _partitions()[other]
