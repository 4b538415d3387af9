"""The signs of states as SVG. Each has a shape of its own, so that nobody needs the colour to tell them apart."""

from collections.abc import Iterator
from dataclasses import dataclass
from xml.etree.ElementTree import Element

from crosscheck.cards import signs
from crosscheck.ledger.states import RollbackState, State
from crosscheck.releases.model import RegionState
from render_widget.markup import element
from render_widget.theme import Tone

SIZE = 16
_DISC = "M8 1a7 7 0 1 1 0 14a7 7 0 1 1 0-14Z"
_OCTAGON = "M5.1 1h5.8L15 5.1v5.8L10.9 15H5.1L1 10.9V5.1Z"
_DIAMOND = "M8 .8 15.2 8 8 15.2.8 8Z"
_TRIANGLE = "M8 1.3 15.3 14.5H.7Z"


@dataclass(frozen=True)
class Look:
    """How a state looks: its word, its tone, and the two parts of its sign, an outline and what stands in it."""

    word: str
    tone: Tone
    outline: str
    mark: str


_CHECK = (Tone.GOOD, _DISC, "M4.8 8.3 7.1 10.6 11.3 5.7")
_CROSS = (Tone.BAD, _OCTAGON, "M5.4 5.4 10.6 10.6M10.6 5.4 5.4 10.6")
_BACK = (Tone.WARN, _DISC, "M7 4.7 4.6 7 7 9.3M4.8 7h4.4a2.1 2.1 0 0 1 0 4.2H7.6")
_BUSY = (Tone.BUSY, _DISC, "M8 4.2V8l2.6 1.8")
_LOOKING = (Tone.BUSY, "M6.6 1.2a5.4 5.4 0 1 1 0 10.8a5.4 5.4 0 1 1 0-10.8Z", "M10.6 10.6 14.6 14.6")
_ARRIVING = (Tone.BUSY, _DISC, "M8 4.2v7.2M5 8.5 8 11.4 11 8.5")
_QUESTION = (Tone.WARN, _DIAMOND, "M6.2 6.4a1.8 1.8 0 1 1 1.8 1.9v.9M8 11.2v.2")
_PASSED_BY = (Tone.MUTED, _DISC, "M4.8 5.2 7.6 8 4.8 10.8M8.4 5.2 11.2 8 8.4 10.8")
_BARRED = (Tone.MUTED, _OCTAGON, "M4.6 8h6.8")
_OPEN = (Tone.MUTED, _DISC, "")
_ATTENTION = (Tone.WARN, _TRIANGLE, "M8 6v4M8 12v.2")

_REGIONS = {
    RegionState.DEPLOYING: _ARRIVING,
    RegionState.VERIFYING: _LOOKING,
    RegionState.PASSED: _CHECK,
    RegionState.FAILED: _CROSS,
    RegionState.UNKNOWN: _QUESTION,
    RegionState.ROLLED_BACK: _BACK,
    RegionState.SKIPPED: _PASSED_BY,
}
_STATES = {
    State.STARTED: _BUSY,
    State.RESUMED: _BUSY,
    State.STOPPING: _BUSY,
    State.STOPPED: _BARRED,
    State.SUCCEEDED: _CHECK,
    State.FAILED: _CROSS,
    State.CANCELED: _BARRED,
    State.SUPERSEDED: _PASSED_BY,
    State.ABANDONED: _BARRED,
    State.SKIPPED: _PASSED_BY,
    State.UNKNOWN: _QUESTION,
}
_ROLLBACKS = {
    RollbackState.RUNNING: ("rolling back", _BUSY),
    RollbackState.SUGGESTED: ("suggested", _ATTENTION),
    RollbackState.LEFT: ("left to CodePipeline", _PASSED_BY),
    RollbackState.MOVED_ON: ("not rolled back", _ATTENTION),
    RollbackState.BACK: ("back by itself", _BACK),
    RollbackState.DONE: ("rolled back", _BACK),
    RollbackState.FAILED: ("did not work", _CROSS),
    RollbackState.UNKNOWN: ("unknown", _QUESTION),
}


def of_region(state: RegionState | None) -> Look:
    """The look of a region's state; None: not begun."""
    return Look(signs.of_region(state)[1], *(_REGIONS[state] if state else _OPEN))


def of_state(state: State | None, word: str = "") -> Look:
    """The look of the state of an execution or an action; ``word`` is CodePipeline's own for an UNKNOWN one."""
    return Look(signs.of_state(state, word)[1], *(_STATES[state] if state else _OPEN))


def of_rollback(state: RollbackState) -> Look:
    """The look of what became of a rollback."""
    word, drawing = _ROLLBACKS[state]
    return Look(word, *drawing)


def waiting_for_a_person(word: str) -> Look:
    """The look of what goes on only when somebody acts."""
    return Look(word, *_ATTENTION)


def broken(word: str) -> Look:
    """The look of what is not as it should be, whatever CodePipeline calls it."""
    return Look(word, *_CROSS)


def sign(look: Look, x: float = 0, y: float = 0) -> Element:
    """The sign at a place in a drawing. Its word has to stand beside it."""
    return element("g", {"transform": f"translate({x:g} {y:g})", "aria-hidden": "true"}, *_paths(look))


def sign_alone(look: Look) -> Element:
    """The sign as a drawing of its own, within a line of text."""
    size: dict[str, str | float] = {"width": SIZE, "height": SIZE, "viewBox": f"0 0 {SIZE} {SIZE}"}
    return element("svg", {"class": "sign", **size, "aria-hidden": "true"}, *_paths(look))


def _paths(look: Look) -> Iterator[Element]:
    yield element("path", {"class": f"{look.tone}-line", "d": look.outline, "stroke-width": 1.5})
    if look.mark:
        ends = {"stroke-linecap": "round", "stroke-linejoin": "round"}
        yield element("path", {"class": f"{look.tone}-line", "d": look.mark, "stroke-width": 1.9, **ends})
