"""Regions by botocore's list. Its resolver is no judge: it takes any name of the right form, ``eu-nowhere-9`` too."""

from collections.abc import Mapping
from functools import cache
from typing import Any, cast

from botocore.loaders import create_loader


class UnknownRegionError(ValueError):
    """AWS has no region of that name."""


@cache
def _partitions() -> Mapping[str, str]:
    """The partition of every region; the partitions' own pseudo-regions are none."""
    data = cast("Mapping[str, Any]", create_loader().load_data("partitions"))
    return {
        region: str(entry["id"])
        for entry in data["partitions"]
        for region in entry["regions"]
        if not region.endswith("-global")
    }


def is_region(name: str) -> bool:
    """Whether AWS has a region of that name."""
    return name in _partitions()


def partition_of(region: str) -> str:
    """The region's partition.

    Raises:
        UnknownRegionError: with the name.
    """
    try:
        return _partitions()[region]
    except KeyError:
        raise UnknownRegionError(f"AWS has no region {region!r}") from None


def same_partition(one: str, other: str) -> bool:
    """Whether both are regions, of one partition: images and roles do not go from one partition to another."""
    return is_region(one) and is_region(other) and partition_of(one) == partition_of(other)
