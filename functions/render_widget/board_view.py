"""The board: a row for each release, a column for each region, and what needs a person above them. Pure."""

import json
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from xml.etree.ElementTree import Element

from crosscheck.ledger.subjects import Subject
from crosscheck.releases.model import RegionProgress, RegionState, Release
from crosscheck.text import one_line, shortened
from render_widget import drawn_signs
from render_widget.board import BoardPage
from render_widget.headline import look_of, revision_of, took
from render_widget.markup import element
from render_widget.request import WidgetRequest

CELL_WIDTH, CELL_HEIGHT = 168, 42
MOST_IN_CELL = 25  # characters of the reason; the whole of it is the cell's title, and stands below the timeline
TITLE_LIMIT = 600
_BROKEN = frozenset({RegionState.FAILED, RegionState.ROLLED_BACK})


def board(page: BoardPage, request: WidgetRequest, endpoint: str) -> Element:
    """The board; ``endpoint`` is the function's ARN, which a click on a release calls for its timeline."""
    if not page.releases:
        return element("p", {"class": "faint"}, f"No release began between {request.days[-1]} and {request.days[0]}.")
    regions = list(dict.fromkeys(part.region for release in page.releases for part in release.regions))
    names = [element("th", {"scope": "col"}, name) for name in ("release", *regions)]
    rows = [_row(release, regions, request, endpoint) for release in page.releases]
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


def _row(release: Release, regions: Sequence[str], request: WidgetRequest, endpoint: str) -> Element:
    progress = {part.region: part for part in release.regions}
    cells = (element("td", None, *_cell(progress.get(region))) for region in regions)
    return element("tr", None, _head(release, request, endpoint), *cells)


def _head(release: Release, request: WidgetRequest, endpoint: str) -> Element:
    look = look_of(release)
    began = moment(release.started, request) if release.started is not None else "start unknown"
    return element(
        "th",
        {"scope": "row"},
        element("a", {"title": "show its timeline"}, release.subject.pipeline),
        drill_down(endpoint, release.subject),
        element("div", {"class": look.tone}, drawn_signs.sign_alone(look), f"{look.word}{took(release)}"),
        element("div", {"class": "faint"}, " · ".join(filter(None, [began, revision_of(release.revision)]))),
    )


def _cell(part: RegionProgress | None) -> Iterator[Element]:
    """A region of a release; nothing where the release does not deploy to it."""
    if part is None:
        return
    look = drawn_signs.of_region(part.state)
    reason = one_line(part.reason or part.follow_up, TITLE_LIMIT)
    told = f"{part.region}: {look.word}{f' · {reason}' if reason else ''}"
    place: dict[str, str | float] = {"x": 0.5, "y": 0.5, "width": CELL_WIDTH - 1, "height": CELL_HEIGHT - 1, "rx": 6}
    line = [element("text", {"class": "faint", "x": 9, "y": 34}, shortened(reason, MOST_IN_CELL))] if reason else []
    yield element(
        "svg",
        {"width": CELL_WIDTH, "height": CELL_HEIGHT, "role": "img", "aria-label": told},
        element("title", None, told),
        element("rect", {"class": f"{look.tone}-ground", **place}),
        drawn_signs.sign(look, 8, 5 if line else 13),
        element("text", {"class": f"word {look.tone}", "x": 30, "y": 17.5 if line else 25.5}, look.word),
        *line,
    )
