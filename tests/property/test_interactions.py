"""Whatever anybody sends to the Function URL, signed by Slack or not: an answer, never an error."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, cast

from hypothesis import given
from hypothesis import strategies as st

from crosscheck.decisions.approvers import Approvers
from crosscheck.decisions.request import DecisionRequest
from crosscheck.ledger.decision_facts import DecisionKind
from crosscheck.ledger.subjects import Subject
from handle_interaction.interactions import Interactions
from tests.builders.interactions import NOW, SIGNS, event, form, pressed

SUBJECT = Subject("us-east-1", "shop", "01234567-89ab-cdef-0123-456789abcdef")
REQUEST = DecisionRequest(DecisionKind.APPROVE, SUBJECT, "Release", "Go", 1)

_anything = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=20), st.binary(max_size=20)),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=12), inner, max_size=3)),
    max_leaves=8,
)
_json = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False), st.text(max_size=20)),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=12), inner, max_size=3)),
    max_leaves=8,
)
_names = st.sampled_from(["x-slack-signature", "X-Slack-Signature", "x-slack-request-timestamp", "content-type"])
_events = st.fixed_dictionaries(
    {},
    optional={
        "headers": st.one_of(_anything, st.dictionaries(st.one_of(_names, st.text(max_size=9)), _anything, max_size=4)),
        "body": st.one_of(_anything, st.text(), st.text(alphabet="ABCab=+/", max_size=40)),
        "isBase64Encoded": _anything,
    },
)


class _Secret:
    def part(self, _key: str) -> str:
        return SIGNS


class _Nobody:
    def send(self, click: object) -> None:
        raise AssertionError(f"handed on: {click}")


class _Anybody:
    def send(self, click: object) -> None:
        assert click


INTERACTIONS = Interactions(
    cast("Any", _Secret()), _Nobody(), cast("Any", None), Approvers(), "http://127.0.0.1:1/", "", lambda: NOW
)
SENDING = replace(INTERACTIONS, decisions=_Anybody())


@given(request=_events)
def test_f43_any_request_is_refused_and_none_is_an_error(request: dict[str, Any]) -> None:
    assert INTERACTIONS.answer(request)["statusCode"] == 401


@given(signature=st.one_of(st.text(), st.binary().map(repr)), timestamp=st.one_of(st.text(), st.integers().map(str)))
def test_f43_any_signature_but_slacks_own_is_refused(signature: str, timestamp: str) -> None:
    body = form(pressed(REQUEST))
    given = event(body, {"x-slack-signature": signature, "x-slack-request-timestamp": timestamp})
    assert INTERACTIONS.answer(given)["statusCode"] == 401


@given(position=st.integers(0, 10_000), flipped=st.integers(1, 255))
def test_f43_a_body_that_was_changed_in_one_place_is_refused(position: int, flipped: int) -> None:
    body = bytearray(form(pressed(REQUEST)))
    signed = event(bytes(body))
    body[position % len(body)] ^= flipped
    changed = event(bytes(body))
    assert INTERACTIONS.answer({**signed, "body": changed["body"]})["statusCode"] == 401


@given(body=st.one_of(st.binary(max_size=200), _json.map(form), st.text(max_size=200).map(form)))
def test_f43_what_slack_signs_is_read_strictly(body: bytes) -> None:
    assert INTERACTIONS.answer(event(body))["statusCode"] in {200, 401}


@given(
    name=st.sampled_from(["user", "team", "container", "trigger_id", "response_url", "actions", "type"]), value=_json
)
def test_f43_any_part_of_a_click_may_be_odd(name: str, value: Any) -> None:
    assert SENDING.answer(event(form(pressed(REQUEST, **{name: value}))))["statusCode"] in {200, 401}
