"""The story in a terminal."""

from collections.abc import Iterator

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from crosscheck import times
from crosscheck.cards import signs
from crosscheck.cards.layout import duration
from crosscheck.cards.summary import headline
from crosscheck.console import execution_url
from crosscheck.releases.model import RegionProgress, Release
from crosscheck.releases.next_step import next_step
from crosscheck_cli.story.entry import Source, StoryEntry
from crosscheck_cli.story.story import KEEPS, Story
from crosscheck_cli.terminal.signs import plain, signed

_COMMIT = 12
INDENT = 4


def shown(story: Story, *, everything: bool) -> RenderableType:
    """The story: what it came to, region by region, then what happened; with ``everything`` the minor lines as well."""
    entries = [entry for entry in story.entries if everything or not entry.minor]
    left = len(story.entries) - len(entries)
    notes = [
        *story.notes,
        *([f"{left} minor lines are left out: {_command(story.release)} --all shows them."] if left else []),
        KEEPS,
    ]
    notes += [_legend(entries)] if entries else []
    regions: list[RenderableType] = [_regions(story.release), Text()] if story.release.regions else []
    timeline = _timeline(entries, story.release.started)
    last = max((entry.at for entry in story.entries), default=None)
    return Group(
        *_head(story.release, last), Text(), *regions, timeline, Text(), *(plain(note, "dim") for note in notes)
    )


def _command(release: Release) -> str:
    return f"crosscheck explain {release.subject.execution}"


def _legend(entries: list[StoryEntry]) -> str:
    """What each word in the column "told by" means."""
    used = {entry.source for entry in entries}
    return f"Told by {'; '.join(f'{each}: {each.meaning}' for each in Source if each in used)}."


def pages(release: Release) -> Iterator[Text]:
    """Where to read on: the deployments that broke, and the execution; to be printed unbroken, so that they can be
    copied."""
    subject = release.subject
    for part in release.regions:
        if part.broken and part.url:
            yield plain(f"The deployment in {part.region}: {part.url}", "dim")
    yield plain(f"In CodePipeline: {execution_url(subject.region, subject.pipeline, subject.execution)}", "dim")


def _head(release: Release, last: float | None) -> Iterator[Text]:
    subject = release.subject
    yield Text.assemble(signed(*headline(release)), style="bold")
    yield Text.assemble(("Next: ", "bold"), plain(next_step(release)))
    revision = release.revision
    origin = [
        f"execution {subject.execution}",
        f"pipeline in {subject.region}",
        f"commit {revision.commit[:_COMMIT]}" if revision.commit else "",
        f"“{revision.message}”" if revision.message else "",
        f"by {revision.author}" if revision.author else "",
        f"ran for {duration(release.seconds)}" if release.seconds is not None else "",
        f"state as of {times.for_people(last)}" if last is not None else "",
    ]
    yield plain(" · ".join(filter(None, origin)))


def _regions(release: Release) -> Table:
    table = Table(box=None, pad_edge=False, show_header=True, header_style="bold")
    for name in ("region", "state", "why, and what was done"):
        table.add_column(name, overflow="fold")
    for part in release.regions:
        table.add_row(plain(part.region), signed(*signs.of_region(part.state)), _told(part))
    return table


def _told(part: RegionProgress) -> Text:
    gates = (
        f"this release was judged by {'gate' if len(part.gates) == 1 else 'gates'} {', '.join(part.gates)}"
        if part.gates
        else ""
    )
    lines = [part.reason, *(f"↳ {each}" for each in (part.follow_up, part.warning, gates) if each)]
    return Text("\n").join(plain(line) for line in lines if line)


def _timeline(entries: list[StoryEntry], began: float | None) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("UTC", no_wrap=True)
    table.add_column("after", no_wrap=True, justify="right", style="dim")
    table.add_column("told by", no_wrap=True, style="dim")
    table.add_column("what happened", overflow="fold")
    day = ""
    for entry in entries:
        date, clock = times.for_people(entry.at).removesuffix(" UTC").split(" ")
        if date != day:
            table.add_row(Text(date, style="bold"))
            day = date
        # Only whole seconds have passed, as on the clock beside it.
        seconds = int(entry.at - began) if began is not None else 0
        after = duration(seconds) if seconds > 0 else ""
        table.add_row(clock, after, entry.source.value, _what(entry))
    return table


def _what(entry: StoryEntry) -> Group:
    head = Text.assemble(signed(entry.sign, entry.where), " ", plain(entry.text))
    return Group(head, *(Padding(plain(line, "dim"), (0, 0, 0, INDENT)) for line in entry.why))
