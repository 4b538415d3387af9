"""How the contents of two zips differ: pure, over their central directories."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Entry:
    """What a zip's directory says of a file: its size in bytes, and the CRC-32 of its content."""

    size: int
    checksum: int


type Directory = Mapping[str, Entry]


def difference(copy: Directory, source: Directory) -> str:
    """The first difference of the copy, by name, and how many more there are; empty where there is none."""
    names = sorted(name for name in copy.keys() | source.keys() if copy.get(name) != source.get(name))
    if not names:
        return ""
    more = f", and {len(names) - 1} more" if len(names) > 1 else ""
    return f"{_told(names[0], copy, source)}{more}"


def _told(name: str, copy: Directory, source: Directory) -> str:
    if name not in copy:
        return f"{name} is missing"
    if name not in source:
        return f"{name} was added"
    here, there = copy[name], source[name]
    if here.size != there.size:
        return f"{name} has {here.size} bytes, not {there.size}"
    return f"{name} has other content of the same size"
