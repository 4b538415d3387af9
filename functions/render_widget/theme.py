"""The colours of the two themes of a dashboard, and the style sheet that uses them."""

from dataclasses import dataclass
from enum import StrEnum


class Tone(StrEnum):
    """What a state means to whoever looks. A tone never stands alone: sign and word say the same."""

    GOOD = "good"
    BAD = "bad"
    WARN = "warn"
    BUSY = "busy"
    MUTED = "muted"


@dataclass(frozen=True)
class Ink:
    """The colours of a tone: of its text and sign, of what lies below them, and of the line around it."""

    text: str
    ground: str
    edge: str


@dataclass(frozen=True)
class Theme:
    """The colours of a theme. ``page`` is the dashboard's own ground, on which everything else is drawn."""

    page: str
    text: str
    faint: str
    line: str
    link: str
    tones: dict[Tone, Ink]


LIGHT = Theme(
    page="#ffffff",
    text="#16191f",
    faint="#545b64",
    line="#d5dbdb",
    link="#0962b8",
    tones={
        Tone.GOOD: Ink("#1a6b2f", "#e6f4ea", "#8cc79b"),
        Tone.BAD: Ink("#a4161a", "#fdeaea", "#e8a0a0"),
        Tone.WARN: Ink("#7a4b00", "#fff4dc", "#e3b760"),
        Tone.BUSY: Ink("#0b5394", "#e6f1fb", "#93bfe6"),
        Tone.MUTED: Ink("#545b64", "#f4f5f5", "#c6cacd"),
    },
)
DARK = Theme(
    page="#161d26",
    text="#e9ebed",
    faint="#b6bec9",
    line="#414d5c",
    link="#89bdee",
    tones={
        Tone.GOOD: Ink("#7fdc97", "#10301b", "#2f7a46"),
        Tone.BAD: Ink("#ffa3a3", "#3d1517", "#9c3b3f"),
        Tone.WARN: Ink("#ffcf70", "#3a2a08", "#8f6a1c"),
        Tone.BUSY: Ink("#8cc8ff", "#0e2a45", "#2f6ba5"),
        Tone.MUTED: Ink("#b6bec9", "#232f3e", "#4a5766"),
    },
)
THEMES = {"light": LIGHT, "dark": DARK}

_LAYOUT = """
.crosscheck { font: 14px/1.45 "Amazon Ember", "Helvetica Neue", Roboto, Arial, sans-serif; }
.crosscheck p { margin: 0 0 8px; }
.crosscheck h3 { margin: 0 0 4px; font-size: 18px; line-height: 1.3; }
.crosscheck table { border-collapse: collapse; margin: 0; width: auto; }
.crosscheck th, .crosscheck td { padding: 6px 12px 6px 0; text-align: left; vertical-align: middle; border: 0; }
.crosscheck thead th { padding-bottom: 2px; font-size: 12px; font-weight: 600; }
.crosscheck tbody th { font-weight: 400; min-width: 250px; max-width: 380px; }
.crosscheck td.why { max-width: 640px; overflow-wrap: anywhere; }
.crosscheck a { cursor: pointer; text-decoration: none; font-weight: 700; }
.crosscheck a:hover { text-decoration: underline; }
.crosscheck svg { display: block; }
.crosscheck svg.sign { display: inline-block; vertical-align: -3px; margin-right: 5px; }
.crosscheck .faint { font-size: 12px; overflow-wrap: anywhere; }
.crosscheck .scroll { overflow-x: auto; }
.crosscheck text { font: 12px "Amazon Ember", "Helvetica Neue", Roboto, Arial, sans-serif; }
.crosscheck text.word { font-weight: 700; }
"""


def style_sheet(theme: Theme) -> str:
    """The rules of a theme; every selector begins with our own class, so that no other widget is touched."""
    rules = [
        f".crosscheck {{ color: {theme.text}; }}",
        f".crosscheck .faint, .crosscheck thead th {{ color: {theme.faint}; }}",
        f".crosscheck a {{ color: {theme.link}; }}",
        f".crosscheck tbody tr {{ border-top: 1px solid {theme.line}; }}",
        f".crosscheck text {{ fill: {theme.text}; }}",
        f".crosscheck text.faint {{ fill: {theme.faint}; }}",
        f".crosscheck .axis {{ stroke: {theme.line}; }}",
    ]
    for tone, ink in theme.tones.items():
        rules.append(f".crosscheck .{tone}, .crosscheck text.{tone} {{ color: {ink.text}; fill: {ink.text}; }}")
        rules.append(f".crosscheck .{tone}-ground {{ fill: {ink.ground}; stroke: {ink.edge}; }}")
        rules.append(f".crosscheck .{tone}-line {{ fill: none; stroke: {ink.text}; }}")
        rules.append(f".crosscheck .{tone}-bar {{ fill: {ink.edge}; stroke: {ink.text}; }}")
    return _LAYOUT + "\n".join(rules)
