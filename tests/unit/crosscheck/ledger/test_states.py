"""Every state that AWS documents is known: those of the events' guide, and those of CodePipeline's API."""

from typing import Any

import botocore.session
import pytest

from crosscheck.cards import signs
from crosscheck.ledger.states import State

# https://docs.aws.amazon.com/codepipeline/latest/userguide/detect-state-changes-cloudwatch-events.html
GUIDE = {
    "Pipeline": "STARTED SUCCEEDED FAILED RESUMED STOPPING STOPPED CANCELED SUPERSEDED",
    "Stage": "STARTED SUCCEEDED FAILED RESUMED STOPPING STOPPED CANCELED",
    "Action": "STARTED SUCCEEDED FAILED CANCELED ABANDONED",
}
# How the events spell what the API spells otherwise.
SPELLED = {"INPROGRESS": "STARTED", "CANCELLED": "CANCELED"}


@pytest.mark.parametrize("kind", GUIDE)
def test_the_states_of_the_guide_are_known(kind: str) -> None:
    assert set(GUIDE[kind].split()) <= set(State)


@pytest.mark.parametrize("shape", ["PipelineExecutionStatus", "StageExecutionStatus", "ActionExecutionStatus"])
def test_the_states_of_the_api_are_known(shape: str) -> None:
    model = botocore.session.get_session().get_service_model("codepipeline")
    found: Any = model.shape_for(shape)
    words = [word.upper() for word in found.enum]
    assert {SPELLED.get(word, word) for word in words} <= set(State)


def test_every_state_has_a_sign_and_an_unknown_one_its_own_word() -> None:
    assert all(signs.of_state(state, "PAUSED")[1] for state in State)
    assert signs.of_state(State.UNKNOWN, "PAUSED") == (":grey_question:", "paused")
