"""Every state that AWS documents is known: those of the events' guide, and those of CodePipeline's API."""

from typing import Any

import botocore.session
import pytest

from crosscheck.cards import signs
from crosscheck.ledger.states import RollbackState, State

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


@pytest.mark.parametrize("states", [State, RollbackState])
def test_a_rank_is_given_by_how_far_it_is(states: type[State | RollbackState]) -> None:
    ranks = {state: state.rank for state in states}
    assert sorted(set(ranks.values())) == list(range(len(set(ranks.values()))))
    if states is State:
        assert ranks[State.UNKNOWN] < ranks[State.STARTED] == ranks[State.RESUMED] < ranks[State.STOPPING]
    else:
        assert ranks[RollbackState.RUNNING] < ranks[RollbackState.LEFT] < ranks[RollbackState.BACK]


def test_only_the_last_states_of_an_attempt_are_terminal() -> None:
    assert {state for state in State if not state.terminal} == {
        State.UNKNOWN,
        State.STARTED,
        State.RESUMED,
        State.STOPPING,
    }
