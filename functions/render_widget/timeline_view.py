"""The timeline of one release as SVG, and below it every region in words. Pure."""

from collections.abc import Iterator
from datetime import datetime
from xml.etree.ElementTree import Element

from crosscheck.cards.layout import duration
from crosscheck.console import execution_url
from crosscheck.releases.model import RegionProgress, Release
from crosscheck.text import one_line, shortened
from render_widget import drawn_signs
from render_widget.board_view import drill_down, moment, next_lines
from render_widget.headline import look_of, revision_of, took
from render_widget.markup import element, link
from render_widget.request import WidgetRequest
from render_widget.timeline import Timeline, TimelineSpan

ROW, TOP, NAMES, WORDS = 24, 26, 330, 250  # pixels: a row's height, the axis', the width of names and of words
INDENT = 16
NAME_LIMIT = 47
WORD_LIMIT = 26
MOST_TICKS = 8
STEPS = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1_800, 3_600, 7_200, 10_800, 21_600, 43_200, 86_400, 604_800)


def release_page(release: Release, shown: Timeline, request: WidgetRequest, endpoint: str) -> Element:
    """A release: what it came to, its timeline, its regions; ``endpoint`` is the function's ARN."""
    look = look_of(release)
    url = execution_url(release.subject.region, release.subject.pipeline, release.subject.execution)
    began = f"began {moment(release.started, request)}" if release.started is not None else ""
    origin = " · ".join(
        filter(None, [began, took(release), revision_of(release.revision), f"execution {release.subject.execution}"])
    )
    parts = [
        element("p", None, element("a", None, "← all releases"), drill_down(endpoint, None)),
        element("h3", None, release.subject.pipeline),
        element(
            "p",
            {"class": look.tone},
            drawn_signs.sign_alone(look),
            look.word,
            link(url, "open in CodePipeline"),
        ),
        element("p", {"class": "faint"}, origin),
        *next_lines(release),
        *_waiting(release),
        element("div", {"class": "scroll"}, drawing(shown, request)),
    ]
    if shown.left_out:
        parts.append(element("p", {"class": "faint"}, f"{shown.left_out} more are left out."))
    if release.regions:
        parts.append(_regions(release))
    return element("div", None, *parts)


def drawing(shown: Timeline, request: WidgetRequest) -> Element:
    """The timeline as one drawing: names, bars on a time axis, and the word of each bar's state."""
    height = TOP + ROW * len(shown.spans) + 6
    size: dict[str, str | float] = {"width": request.width, "height": height, "role": "img"}
    scale = Scale(shown.since, shown.until, NAMES, request.width - WORDS)
    axis = [part for tick in ticks(shown, request) for part in _tick(tick, scale, request, height)]
    rows = [_row(index, span, scale, shown.until) for index, span in enumerate(shown.spans)]
    told = f"timeline of {len(shown.spans)} steps, {duration(shown.until - shown.since)} long"
    return element("svg", {**size, "aria-label": told}, *axis, *rows)


class Scale:
    """From a time (epoch seconds) to a place on the axis (pixels)."""

    def __init__(self, since: float, until: float, left: float, right: float) -> None:
        self._since, self._left = since, left
        self._pixels = (right - left) / (until - since)

    def at(self, epoch: float) -> float:
        """The place of a time."""
        return self._left + (epoch - self._since) * self._pixels


def ticks(shown: Timeline, request: WidgetRequest) -> list[float]:
    """Round times within the timeline, at most ``MOST_TICKS`` of them."""
    length = shown.until - shown.since
    step = next((step for step in STEPS if length / step < MOST_TICKS), STEPS[-1])
    offset = request.zone.utcoffset(None).total_seconds()
    first = ((shown.since + offset) // step + 1) * step - offset
    return [first + index * step for index in range(MOST_TICKS) if first + index * step < shown.until]


def _tick(tick: float, scale: Scale, request: WidgetRequest, height: float) -> Iterator[Element]:
    x = scale.at(tick)
    clock = f"{datetime.fromtimestamp(tick, request.zone):%H:%M:%S}".removesuffix(":00")
    yield element("line", {"class": "axis", "x1": x, "x2": x, "y1": TOP - 6, "y2": height})
    yield element("text", {"class": "faint", "x": x, "y": 14, "text-anchor": "middle"}, clock)


def _row(index: int, span: TimelineSpan, scale: Scale, until: float) -> Element:
    y = TOP + ROW * index
    ended = until if span.ended is None else span.ended
    seconds = ended - span.began
    told = f"{span.name}: {span.look.word}, {duration(seconds)}"
    word = f"{shortened(span.look.word, WORD_LIMIT)} · {duration(seconds)}"
    thin = span.depth == 0
    bar: dict[str, str | float] = {
        "x": scale.at(span.began),
        "y": y + (9 if thin else 5),
        "width": max(3.0, scale.at(ended) - scale.at(span.began)),
        "height": 6 if thin else 14,
        "rx": 3,
    }
    going = {"stroke-dasharray": "4 3"} if span.ended is None else {}
    emphasis = {"class": "word"} if thin else {}
    name_at: dict[str, str | float] = {"x": INDENT * span.depth, "y": y + 16}
    words = scale.at(until) + 12
    return element(
        "g",
        None,
        element("title", None, told),
        element("text", {**emphasis, **name_at}, one_line(span.name, NAME_LIMIT)),
        element("rect", {"class": f"{span.look.tone}-bar", **bar, **going}),
        drawn_signs.sign(span.look, words, y + 4),
        element("text", {"class": span.look.tone, "x": words + 22, "y": y + 16}, word),
    )


def _waiting(release: Release) -> Iterator[Element]:
    for approval in release.approvals:
        look = drawn_signs.waiting_for_a_person(f"{approval.stage} / {approval.action} waits for an approval")
        told = f"{look.word}{approval.details}"
        yield element("p", {"class": look.tone}, drawn_signs.sign_alone(look), told, link(approval.url, "review it"))


def _regions(release: Release) -> Element:
    names = (element("th", {"scope": "col"}, name) for name in ("region", "state", "why, and what was done"))
    rows = (_region(part) for part in release.regions)
    return element("table", None, element("thead", None, element("tr", None, *names)), element("tbody", None, *rows))


def _region(part: RegionProgress) -> Element:
    look = drawn_signs.of_region(part.state)
    lines = [element("div", None, one_line(part.reason))]
    lines += [element("div", None, f"↳ {one_line(text)}") for text in (part.follow_up, part.warning) if text]
    return element(
        "tr",
        None,
        element("td", {"class": "whole"}, part.region),
        element("td", {"class": f"whole {look.tone}"}, drawn_signs.sign_alone(look), look.word),
        element("td", {"class": "why"}, *lines),
    )
