from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crosscheck.decisions.approvers import Approvers, parse_approvers
from crosscheck.decisions.click import Click, holder_of, parse_click
from crosscheck.decisions.request import VALUE_LIMIT, DecisionRequest, parse_request
from crosscheck.errors import ConfigurationError
from crosscheck.ledger.decision_facts import DecisionKind
from tests.builders.releases import SUBJECT

_names = st.text("abcXYZ019.@_-", min_size=1, max_size=100)
_requests = st.builds(
    DecisionRequest,
    kind=st.sampled_from(DecisionKind),
    release=st.just(SUBJECT),
    stage=_names,
    place=_names,
    attempt=st.integers(0, 1_000),
    round=st.integers(0, 1_000),
)


@given(request=_requests)
def test_a_button_and_a_message_carry_a_request_unchanged(request: DecisionRequest) -> None:
    assert len(request.value) <= VALUE_LIMIT
    assert parse_request(request.value) == request
    click = Click(request, "U1", "T1", "C1", 1_800_000_000.25, "https://hooks.slack.com/x", "why")
    assert parse_click(click.to_message()) == click
    assert holder_of(click.holder) == "U1"


@pytest.mark.parametrize(
    "value",
    [
        "",
        "approve",
        "{}",
        '["approve"]',
        json.dumps(["delete", SUBJECT.key, "Release", "Go", 1, 0]),
        json.dumps(["approve", "image#us-east-1#web#sha256:0", "Release", "Go", 1, 0]),
        json.dumps(["approve", SUBJECT.key, "Rel/ease", "Go", 1, 0]),
        json.dumps(["approve", SUBJECT.key, "Release", "x" * 101, 1, 0]),
        json.dumps(["approve", SUBJECT.key, "Release", "Go", True, 0]),
        json.dumps(["approve", SUBJECT.key, "Release", "Go", 1, -1]),
        json.dumps(["approve", SUBJECT.key, "Release", "Go", 1, 0, 0]),
        " " * VALUE_LIMIT + "[]",
    ],
)
def test_another_value_is_refused(value: str) -> None:
    with pytest.raises(ConfigurationError, match="not the value of a button"):
        parse_request(value)


def test_approving_and_rejecting_are_answers_to_one_question_in_each_attempt() -> None:
    approve = DecisionRequest(DecisionKind.APPROVE, SUBJECT, "Release", "Go", 1)
    reject = DecisionRequest(DecisionKind.REJECT, SUBJECT, "Release", "Go", 1)
    again = DecisionRequest(DecisionKind.APPROVE, SUBJECT, "Release", "Go", 2)
    assert approve.question == reject.question == "approval/Release/Go/1/0"
    assert again.question != approve.question


def test_approvers_are_users_and_groups_and_nobody_else() -> None:
    assert parse_approvers("U0A, W0B,S0C,,x,<!here>") == Approvers(frozenset({"U0A", "W0B"}), ("S0C",))
    assert not parse_approvers("")
    assert not parse_approvers("").may_be("U0A")
    assert parse_approvers("U0A").may_be("U0A")
    assert not parse_approvers("U0A").may_be("U0B")
    assert parse_approvers("S0C").may_be("U0B")
