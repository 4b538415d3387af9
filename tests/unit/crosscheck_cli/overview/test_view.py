from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Console

from crosscheck_cli.overview.view import releases_by_region
from tests.builders import boards, events
from tests.builders.releases import Facts, deploys

if TYPE_CHECKING:
    from crosscheck.releases.model import Release

NOW = events.BEGAN.timestamp() + 600


def rows(*releases: Release) -> list[list[str]]:
    """The cells of the table, without its borders."""
    console = Console(width=260, no_color=True)
    with console.capture() as text:
        console.print(releases_by_region(releases, NOW))
    lines = [line for line in text.get().splitlines() if line[:1] in {"┃", "│"}]
    return [[cell.strip() for cell in line.strip("┃│").replace("┃", "│").split("│")] for line in lines]


def test_each_region_has_a_column_with_sign_and_word() -> None:
    head, row, under = rows(boards.silently_broken().release)
    assert head == ["release", "state", "us-east-1", "eu-west-1", "ap-southeast-1", "next"]
    assert row[:5] == [
        "multi-region-service",
        "✗ pipeline succeeded, but eu-west-1 had to be rolled back",
        "✓ passed",
        "↩ rolled back",
        "✓ passed",
    ]
    assert row[5].startswith("nothing to do now: eu-west-1 runs an earlier version again, us-east-1 and")
    assert under[0] == "01234567 2026-03-04 10:00:00 UTC"


def test_a_release_without_a_region_of_another_one_has_a_dash_there() -> None:
    other = Facts().outline(("Deploy", [deploys("One", "sa-east-1")])).release
    table = rows(boards.waiting_for_approval().release, other)
    column = table[0].index("sa-east-1")
    assert table[1][column] == "-"
    assert [row[column] for row in table if row[0] == "multi-region-service"] == ["-", "· waiting"]


def test_many_regions_stand_in_one_column() -> None:
    regions = [f"eu-west-{number}" for number in range(1, 7)]
    release = Facts().outline(("Deploy", [deploys(name, name) for name in regions])).release
    head, row, _ = rows(release)
    assert head == ["release", "state", "regions", "next"]
    assert row[2] == "6 regions waiting"


def test_no_release_is_said_in_words() -> None:
    console = Console(width=100)
    with console.capture() as text:
        console.print(releases_by_region([], NOW))
    assert text.get() == "No release began in these days, and none is open.\n"
