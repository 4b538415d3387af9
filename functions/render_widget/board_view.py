"""The board: a row for each release, a column for each region, and what needs a person above them. Pure."""

import json
import textwrap
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from xml.etree.ElementTree import Element

from crosscheck.ledger.subjects import Subject
from crosscheck.releases.model import RegionProgress, RegionState, Release
from crosscheck.releases.next_step import NOTHING, next_step
from crosscheck.text import ELLIPSIS, one_line
from render_widget import drawn_signs
from render_widget.board import BoardPage
from render_widget.headline import look_of, revision_of, took
from render_widget.markup import element
from render_widget.request import WidgetRequest

HEAD, GAP = 300, 12  # pixels: the width of a release's name, and the space beside a cell
NARROWEST_CELL, WIDEST_CELL = 112, 200
LINE, WORD_HEIGHT = 15, 30
MOST_LINES = 5  # of a cell's reason; the whole of it is the cell's title, and stands below the timeline
LETTER = 6.2  # pixels, about
TITLE_LIMIT, NEXT_LIMIT = 600, 300
_BROKEN = frozenset({RegionState.FAILED, RegionState.ROLLED_BACK})


def board(page: BoardPage, request: WidgetRequest, endpoint: str) -> Element:
    """The board; ``endpoint`` is the function's ARN, which a click on a release calls for its timeline."""
    if not page.releases:
        return element("p", {"class": "faint"}, f"No release began between {request.days[-1]} and {request.days[0]}.")
    regions = sorted({part.region for release in page.releases for part in release.regions})
    cell = min(WIDEST_CELL, max(NARROWEST_CELL, (request.width - HEAD) / max(1, len(regions)) - GAP))
    names = [element("th", {"scope": "col"}, name) for name in ("release", *regions)]
    rows = [_row(release, regions, cell, request, endpoint) for release in page.releases]
    table = element("table", None, element("thead", None, element("tr", None, *names)), element("tbody", None, *rows))
    parts = [element("p", None, _summary(page)), element("div", {"class": "scroll"}, table)]
    if page.more:
        parts.append(element("p", {"class": "faint"}, "Older releases are left out: choose a shorter time range."))
    return element("div", None, *parts)


def drill_down(endpoint: str, release: Subject | None) -> Element:
    """What a click on the element before it does: the function draws the release, or with None all of them, in the
    widget's place.

    https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/add_custom_widget_dashboard_interactivity.html
    """
    parameters = {"release": release.key} if release else {}
    called = {"action": "call", "display": "widget", "endpoint": endpoint}
    return element("cwdb-action", called, json.dumps(parameters))


def moment(epoch: float, request: WidgetRequest) -> str:
    """A time in the dashboard's zone, for people."""
    when = datetime.fromtimestamp(epoch, request.zone)
    return f"{when:%Y-%m-%d %H:%M} {'UTC' if request.zone == UTC else f'{when:%:z}'}"


def _summary(page: BoardPage) -> str:
    waiting = [release for release in page.releases if release.approvals]
    wrong = [release for release in page.releases if any(part.state in _BROKEN for part in release.regions)]
    going = [release for release in page.releases if release.state and not release.state.terminal]
    parts = [
        _counted(len(page.releases), "release", "releases"),
        f"{_counted(len(waiting), 'waits', 'wait')} for an approval: {_named(waiting)}" if waiting else "",
        f"{len(wrong)} with a region that failed" if wrong else "",
        f"{len(going) - len(waiting)} in progress" if len(going) > len(waiting) else "",
    ]
    return " · ".join(filter(None, parts))


def _counted(count: int, one: str, several: str) -> str:
    return f"{count} {one if count == 1 else several}"


def _named(releases: Sequence[Release]) -> str:
    return ", ".join(dict.fromkeys(release.subject.pipeline for release in releases))


def _row(release: Release, regions: Sequence[str], cell: float, request: WidgetRequest, endpoint: str) -> Element:
    progress = {part.region: part for part in release.regions}
    cells = (element("td", None, _cell(progress[region], cell) if region in progress else None) for region in regions)
    return element("tr", None, _head(release, request, endpoint), *cells)


def _head(release: Release, request: WidgetRequest, endpoint: str) -> Element:
    look = look_of(release)
    began = moment(release.started, request) if release.started is not None else "start unknown"
    return element(
        "th",
        {"scope": "row"},
        element("a", {"title": "show its timeline"}, release.subject.pipeline),
        drill_down(endpoint, release.subject),
        element("div", {"class": look.tone}, drawn_signs.sign_alone(look), look.word),
        element(
            "div", {"class": "faint"}, " · ".join(filter(None, [began, took(release), revision_of(release.revision)]))
        ),
        *next_lines(release),
    )


def next_lines(release: Release) -> Iterator[Element]:
    """What happens next and who acts; nothing where nobody has to."""
    step = next_step(release)
    if step not in {"", NOTHING}:
        yield element("div", None, f"Next: {one_line(step, NEXT_LIMIT)}")


def _cell(part: RegionProgress, width: float) -> Element:
    """A region of a release: sign and word, and where not all is well what it went back to, and why."""
    look = drawn_signs.of_region(part.state)
    why = part.follow_up if part.state is RegionState.ROLLED_BACK else part.reason
    reason = one_line(why or part.reason or part.follow_up, TITLE_LIMIT)
    runs = f"runs {one_line(part.target, TITLE_LIMIT)}" if part.target else ""
    told = f"{part.region}: {' · '.join(filter(None, [look.word, runs, reason]))}"
    letters = int((width - 18) / LETTER)
    below = [] if part.state is RegionState.PASSED else [_without_folders(runs), told_briefly(reason)]
    lines = [line for text in below for line in wrapped(text, letters)]
    height = WORD_HEIGHT + LINE * len(lines) + (5 if lines else 0)
    place: dict[str, str | float] = {"x": 0.5, "y": 0.5, "width": width - 1, "height": height - 1, "rx": 6}
    texts = (
        element("text", {"class": "faint", "x": 9, "y": WORD_HEIGHT + 9 + LINE * index}, line)
        for index, line in enumerate(lines)
    )
    return element(
        "svg",
        {"width": width, "height": height, "role": "img", "aria-label": told},
        element("title", None, told),
        element("rect", {"class": f"{look.tone}-ground", **place}),
        drawn_signs.sign(look, 8, 7),
        element("text", {"class": f"word {look.tone}", "x": 30, "y": 19.5}, look.word),
        *texts,
    )


def _without_folders(runs: str) -> str:
    """What runs without the bucket and the folders of an address, which leave a cell no room for the name."""
    verb, _, target = runs.partition(" ")
    return f"{verb} {target.rpartition('/')[2]}" if "://" in target else runs


def told_briefly(reason: str) -> str:
    """The reason without the address of the page that it begins with, which leaves a cell no room for anything else."""
    was, rest = ("was: ", reason.removeprefix("was: ")) if reason.startswith("was: ") else ("", reason)
    page, _, said = rest.partition(" ")
    return f"{was}the page: {said}" if "://" in page and said else reason


def wrapped(text: str, letters: int) -> list[str]:
    """The beginning of a text in at most ``MOST_LINES`` lines of so many letters."""
    fitting = " ".join(_in_a_line(word, letters) for word in text.split())
    return textwrap.wrap(fitting, letters, max_lines=MOST_LINES, placeholder=ELLIPSIS, break_on_hyphens=False)


def _in_a_line(word: str, letters: int) -> str:
    """The word, or its beginning and its end where a line has no room for it: the ends of an id tell it from others. Of
    a file and its version, joined by an @, each keeps its own ends. The whole is in the cell's title."""
    if len(word) <= letters:
        return word
    name, at, version = word.partition("@")
    if at and name and version:
        return f"{_ends(name, letters)} {_ends(at + version, letters)}"
    return _ends(word, letters)


def _ends(word: str, letters: int) -> str:
    """Ids are of digits and capitals, which are wider than a text's letters are on average: they get fewer."""
    if len(word) <= letters:
        return word
    kept = letters * 2 // 3 - len(ELLIPSIS)
    return f"{word[: kept - kept // 2]}{ELLIPSIS}{word[len(word) - kept // 2 :]}"
