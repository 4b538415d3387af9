"""What is drawn can be read in both themes, and nothing of it needs its colour."""

from __future__ import annotations

import re

import pytest

from crosscheck.ledger.states import RollbackState, State
from crosscheck.releases.model import RegionState
from render_widget import drawn_signs
from render_widget.theme import DARK, LIGHT, Theme, style_sheet

READABLE = 4.5  # https://www.w3.org/TR/WCAG22/#contrast-minimum


def luminance(colour: str) -> float:
    channels = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    red, green, blue = (each / 12.92 if each <= 0.04045 else ((each + 0.055) / 1.055) ** 2.4 for each in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    dark, bright = sorted((luminance(one), luminance(other)))
    return (bright + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
def test_every_text_is_readable(theme: Theme) -> None:
    pairs = [(theme.text, theme.page), (theme.faint, theme.page), (theme.link, theme.page)]
    for ink in theme.tones.values():
        pairs += [(ink.text, theme.page), (ink.text, ink.ground), (theme.faint, ink.ground)]
    assert {pair for pair in pairs if contrast(*pair) < READABLE} == set()


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
def test_the_style_sheet_touches_nothing_but_the_widget(theme: Theme) -> None:
    selectors = [one.strip() for rule in re.findall(r"([^{}]+)\{", style_sheet(theme)) for one in rule.split(",")]
    assert len(selectors) > 20
    assert [one for one in selectors if not one.startswith(".crosscheck")] == []


def test_states_of_different_meaning_have_different_shapes() -> None:
    regions = [drawn_signs.of_region(state) for state in (None, *RegionState)]
    assert len({(look.outline, look.mark) for look in regions}) == len(regions)
    assert len({look.word for look in regions}) == len(regions)


@pytest.mark.parametrize("state", [*State])
def test_every_state_has_sign_and_word(state: State) -> None:
    assert drawn_signs.of_state(state, "Odd").word
    assert drawn_signs.of_state(state).outline


@pytest.mark.parametrize("state", [*RollbackState])
def test_every_end_of_a_rollback_has_sign_and_word(state: RollbackState) -> None:
    assert drawn_signs.of_rollback(state).word
