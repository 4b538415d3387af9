"""Emoji drawn as SVG, so that they look the same on machines without an emoji font."""

from __future__ import annotations

from collections.abc import Mapping

from markupsafe import Markup, escape

_GREEN, _RED, _AMBER, _BLUE, _GREY = "#2fa65b", "#dd2e44", "#f5b82e", "#3b88c3", "#8d959e"
# Lines that have to be seen on light and on dark ground are drawn in the colour of the text.
_TEXT = "currentColor"


def _disc(colour: str, edge: str = "none") -> str:
    return f'<circle cx="10" cy="10" r="8.5" fill="{colour}" stroke="{edge}"/>'


def _tile(colour: str) -> str:
    return f'<rect x="1" y="1" width="18" height="18" rx="3.5" fill="{colour}"/>'


def _line(path: str, colour: str = "#fff", width: float = 2.6) -> str:
    style = f'fill="none" stroke="{colour}" stroke-width="{width}" stroke-linecap="round" stroke-linejoin="round"'
    return f'<path d="{path}" {style}/>'


def _shape(path: str, colour: str) -> str:
    return f'<path d="{path}" fill="{colour}"/>'


def _letter(text: str, colour: str = "#fff", size: int = 13) -> str:
    style = f'text-anchor="middle" font-family="sans-serif" font-weight="700" font-size="{size}" fill="{colour}"'
    return f'<text x="10" y="14.6" {style}>{text}</text>'


_WARNING = _shape("M10 1.2 19.3 18H.7Z", _AMBER) + _line("M10 7v5.2M10 15.1v.1", "#3b2f0b", 2.2)
_HOURGLASS = (
    _shape("M4 1h12v2.4H4zM4 16.6h12V19H4z", "#8a5a35")
    + _shape("M5.2 3.4h9.6c0 4-3.3 5-3.3 6.6s3.3 2.6 3.3 6.6H5.2c0-4 3.3-5 3.3-6.6S5.2 7.4 5.2 3.4Z", "#cfe8f7")
    + _shape("M6.6 5.8h6.8c-.8 1.7-2.6 2.4-3.1 4.2v3.4l2.9 3.2H6.8l2.9-3.2V10c-.5-1.8-2.3-2.5-3.1-4.2Z", "#e0a637")
)
_ROCKET = (
    _shape("M18.6 1.4c.4 5.4-1.8 9.4-6.4 12.2L6.4 7.8C9.2 3.2 13.2 1 18.6 1.4Z", "#d5dbe2")
    + _shape("M6.6 7.6 2.4 8.6l-1 3.2 3.6.2zM12.4 13.4l-1 4.2-3.2 1-.2-3.6z", _RED)
    + _shape("M5.4 12.2c-2.6.4-3.6 3-3.8 6.2 3.2-.2 5.8-1.2 6.2-3.8z", _AMBER)
    + '<circle cx="13.4" cy="6.6" r="1.9" fill="#3b88c3"/>'
)
_ARROWS = _line("M4 9a6.2 6.2 0 0 1 11-2.8M15.4 3v3.6h-3.6M16 11a6.2 6.2 0 0 1-11 2.8M4.6 17v-3.6h3.6", width=2)
_MAG = '<circle cx="8.2" cy="8.2" r="5.8" fill="#d8ecf9" stroke="currentColor" stroke-width="2"/>' + _line(
    "M12.6 12.6 18 18", _TEXT, 3
)
_EYES = "".join(
    f'<ellipse cx="{x}" cy="10" rx="4" ry="6.5" fill="#fff" stroke="{_TEXT}"/><circle cx="{x + 1}" cy="11" r="2"/>'
    for x in (5.5, 14.5)
)
_BELL = _shape("M10 1.5c4 0 5.6 3 5.6 6.4 0 4 2 5.2 2 6.6H2.4c0-1.4 2-2.6 2-6.6 0-3.4 1.6-6.4 5.6-6.4Z", _AMBER)

_HAND = _shape(
    "M6.2 9.4V3.7a1.15 1.15 0 0 1 2.3 0V2.5a1.15 1.15 0 0 1 2.3 0v1.2a1.15 1.15 0 0 1 2.3 0v2a1.15 1.15 0 0 1"
    " 2.3 0V13c0 3.4-2.2 5.5-5.2 5.5-2.6 0-3.8-1.3-5.2-3.6L2.9 11.5c-.8-1.4 1-2.4 1.9-1.3z",
    _AMBER,
) + _line("M8.5 4.5v4.7M10.8 4.5v4.7M13.1 6.2v3.2", "#8a5a10", 0.9)
_SIREN = (
    _shape("M5 15.5V11a5 5 0 0 1 10 0v4.5z", _RED)
    + f'<rect x="3" y="15.5" width="14" height="3" rx="1" fill="{_GREY}"/>'
    + _line("M10 3.6V1.2M4.3 6 2.6 4.3M15.7 6l1.7-1.7", _RED, 1.8)
)
_REPEAT = _line(
    "M4 8.5V8a2.5 2.5 0 0 1 2.5-2.5H15M12.6 3 15.2 5.5 12.6 8"
    "M16 11.5v.5a2.5 2.5 0 0 1-2.5 2.5H5M7.4 12 4.8 14.5 7.4 17",
    width=1.9,
)

_DRAWINGS: Mapping[str, str] = {
    "white_check_mark": _tile(_GREEN) + _line("M5 10.4 8.6 14 15 6.4"),
    "heavy_check_mark": _line("M3.5 10.6 8 15.2 16.5 5", _GREEN, 3.2),
    "x": _line("M4 4 16 16M16 4 4 16", _RED, 4),
    "warning": _WARNING,
    "no_entry": _disc(_RED) + _line("M5.6 10h8.8", width=3.4),
    "no_entry_sign": _disc("#fff", _RED) + _line("M4.2 4.2 15.8 15.8", _RED, 2.6),
    "octagonal_sign": _shape("M6.3 1h7.4L19 6.3v7.4L13.7 19H6.3L1 13.7V6.3Z", _RED) + _line("M5.6 10h8.8"),
    "hourglass_flowing_sand": _HOURGLASS,
    "hourglass": _HOURGLASS,
    "leftwards_arrow_with_hook": _tile(_BLUE)
    + _line("M8 5 4.4 8.6 8 12.2M4.8 8.6h7.4a3.2 3.2 0 0 1 0 6.4H9.6", width=2.2),
    "rewind": _tile(_BLUE) + _shape("M10 5v10l-6.4-5zM16.6 5v10l-6.4-5z", "#fff"),
    "fast_forward": _tile(_BLUE) + _shape("M3.6 5v10l6.4-5zM10.2 5v10l6.4-5z", "#fff"),
    "arrow_forward": _tile(_BLUE) + _shape("M6.4 4.6v10.8l8.4-5.4z", "#fff"),
    "arrow_right": _tile(_BLUE) + _line("M4.4 10h10.4M10.8 6l4 4-4 4", width=2.2),
    "double_vertical_bar": _tile(_BLUE) + _line("M7.2 5.6v8.8M12.8 5.6v8.8", width=3),
    "arrows_counterclockwise": _tile(_BLUE) + _ARROWS,
    "repeat": _tile(_BLUE) + _REPEAT,
    "raised_hand": _HAND,
    "rotating_light": _SIREN,
    "rocket": _ROCKET,
    "mag": _MAG,
    "eyes": _EYES,
    "bell": _BELL + f'<circle cx="10" cy="16.8" r="2" fill="{_TEXT}"/>',
    "lock": _line("M6 9V6a4 4 0 0 1 8 0v3", _TEXT, 2)
    + f'<rect x="3.5" y="9" width="13" height="9.5" rx="2" fill="{_AMBER}"/>',
    "grey_question": _letter("?", _GREY, 19),
    "question": _letter("?", _RED, 19),
    "exclamation": _letter("!", _RED, 19),
    "information_source": _tile(_BLUE) + _letter("i"),
    "large_green_circle": _disc(_GREEN),
    "red_circle": _disc(_RED),
    "large_yellow_circle": _disc(_AMBER),
    "large_orange_circle": _disc("#f4900c"),
    "large_blue_circle": _disc("#2f7fd1"),
    "white_circle": _disc("#eef0f2", "#aeb4bb"),
    "black_circle": _disc("#31373d"),
}


def sign(shortcode: str) -> Markup:
    """The drawing of ``:name:``, or the shortcode itself where there is none, as Slack shows it."""
    drawing = _DRAWINGS.get(shortcode.strip(":"))
    if drawing is None:
        return escape(shortcode)
    opened = '<svg class="sign" viewBox="0 0 20 20" role="img" aria-label="{}"><title>{}</title>'
    return Markup(opened).format(shortcode, shortcode) + Markup(drawing) + Markup("</svg>")  # noqa: S704 - drawn above
