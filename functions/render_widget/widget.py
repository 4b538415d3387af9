"""What the widget answers: the board, a release, or in words why there is neither."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from xml.etree.ElementTree import Element

from crosscheck.errors import ConfigurationError
from crosscheck.releases.fold import fold
from render_widget.board import BoardReader
from render_widget.board_view import board, drill_down
from render_widget.markup import element, to_html
from render_widget.request import WidgetRequest, parse_request
from render_widget.theme import LIGHT, Theme, style_sheet
from render_widget.timeline import timeline
from render_widget.timeline_view import release_page

DESCRIPTION = """## Crosscheck: releases by region
A row for each release of the dashboard's time range, a column for each region. A click on a release shows its timeline.

Parameter | Description
---|---
**pipeline** | the only pipeline to show; all where it is absent
**release** | the key of a release whose timeline is shown instead of the board

### Example parameters
``` yaml
pipeline: multi-region-service
```"""


@dataclass(frozen=True)
class ReleaseWidget:
    """The widget. ``endpoint`` is the ARN of the function, which clicks call again."""

    reader: BoardReader
    endpoint: str

    def answer(self, event: Mapping[str, Any]) -> str:
        """HTML; to a call that asks it to ``describe`` itself, Markdown."""
        if event.get("describe"):
            return DESCRIPTION
        try:
            request = parse_request(event, self.reader.clock())
        except ConfigurationError as error:
            return _page(element("p", None, str(error)), LIGHT)
        return _page(self._content(request), request.theme)

    def _content(self, request: WidgetRequest) -> Element:
        if request.release is None:
            return board(self.reader.board(request), request, self.endpoint)
        known = self.reader.known(request.release)
        if not known.records:
            back = [element("a", None, "← all releases"), drill_down(self.endpoint, None)]
            return element("p", None, *back, "\u2003Nothing is known of this release any more.")
        release = fold(request.release, known)
        return release_page(release, timeline(known, self.reader.clock()), request, self.endpoint)


def _page(content: Element, theme: Theme) -> str:
    return to_html(element("div", {"class": "crosscheck"}, element("style", None, style_sheet(theme)), content))
