import pytest

from crosscheck.cards import signs
from crosscheck.ledger.states import State
from crosscheck.releases.model import RegionState
from local.slack.page.signs import sign

SHOWN = {*(signs.of_state(state)[0] for state in [None, *State]), *(signs.of_region(state)[0] for state in RegionState)}


@pytest.mark.parametrize("shortcode", sorted({*SHOWN, ":warning:"}))
def test_the_page_draws_every_sign_of_a_card(shortcode: str) -> None:
    assert sign(shortcode).startswith("<svg")
