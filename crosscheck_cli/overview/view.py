"""Releases by region, as a table in a terminal. Pure."""

from collections.abc import Sequence

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from crosscheck import times
from crosscheck.cards import signs
from crosscheck.cards.region_line import regions_in_words
from crosscheck.cards.summary import headline
from crosscheck.releases.model import Release
from crosscheck.releases.next_step import next_step
from crosscheck_cli.stack.release_finder import SHORT
from crosscheck_cli.terminal.signs import plain, signed

# A column for each region, as long as a terminal has room for them.
MOST_COLUMNS = 4


def releases_by_region(releases: Sequence[Release], now: float) -> RenderableType:
    """A row for each release: where each of its regions is, and what happens next."""
    if not releases:
        return Text("No release began in these days, and none is open.")
    regions = list(dict.fromkeys(part.region for release in releases for part in release.regions))
    columns = regions if len(regions) <= MOST_COLUMNS else []
    table = Table(header_style="bold", expand=False)
    for name in ("release", "state", *(columns or ["regions"]), "next"):
        table.add_column(name, overflow="fold")
    for release in releases:
        sign, whole = headline(release)
        title, _, state = whole.rpartition(": ")
        cells = [_region(release, name) for name in columns] or [plain(regions_in_words(release.regions))]
        table.add_row(_name(release, title), signed(sign, state), *cells, plain(next_step(release)))
    explained = "crosscheck explain <execution> tells a release's story"
    return Group(table, Text(f"{times.for_people(now)} · {explained}", style="dim"))


def _name(release: Release, title: str) -> Text:
    began = times.for_people(release.started) if release.started is not None else ""
    return Text("\n").join(
        [plain(title, "bold"), plain(f"{release.subject.execution[:SHORT]} {began}".rstrip(), "dim")]
    )


def _region(release: Release, name: str) -> Text:
    found = next((part for part in release.regions if part.region == name), None)
    return signed(*signs.of_region(found.state)) if found else Text("-", style="dim")
