from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crosscheck.errors import ConfigurationError
from crosscheck.plans.parameters import FAILURE_LIMIT
from crosscheck.plans.plan import CHECK_LIMIT
from gate_stage.continuation import TOKEN_LIMIT, Progress, begin, decode, encode

NOW = 1_767_607_500.0

times = st.integers(1, int(NOW * 1000)).map(lambda milliseconds: milliseconds / 1000)
counters = st.dictionaries(st.from_regex(r"[0-9a-f]{6}", fullmatch=True), st.integers(1, FAILURE_LIMIT), max_size=10)
progresses = st.builds(
    Progress,
    since=times,
    look=st.integers(0, 9999),
    pass_since=st.none() | times,
    unread=st.integers(0, 9),
    fails=counters,
    unknown=counters,
)


@given(progresses)
def test_what_is_written_is_read(progress: Progress) -> None:
    assert decode(encode(progress), NOW) == progress


def test_the_first_look_has_no_token() -> None:
    assert decode("", NOW) == begin(NOW)


def test_the_counters_of_the_greatest_plan_fit() -> None:
    counts = {f"{number:06x}": FAILURE_LIMIT for number in range(CHECK_LIMIT)}
    assert len(encode(Progress(NOW, 9999, NOW, 9, counts))) <= TOKEN_LIMIT


def test_33_regions_with_three_checks_each_fit() -> None:
    fails = {f"{number:06x}": 9 for number in range(50)}
    unknown = {f"{number:06x}": 3 for number in range(50, 99)}
    assert len(encode(Progress(NOW, 2880, NOW, 0, fails, unknown))) <= TOKEN_LIMIT


@given(st.text(max_size=3000))
def test_f16_any_text_is_read_or_refused(token: str) -> None:
    try:
        progress = decode(token, NOW)
    except ConfigurationError:
        return
    assert decode(encode(progress), NOW) == progress


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
)
keys = st.sampled_from(["v", "since", "look", "pass_since", "unread", "fails", "unknown", "other"])


@given(st.dictionaries(keys, json_values), st.sampled_from([1, 2, True, "1", None]))
def test_f16_any_document_is_read_or_refused(document: dict[str, object], version: object) -> None:
    try:
        progress = decode(json.dumps({**document, "v": version}), NOW)
    except ConfigurationError:
        return
    assert progress.since <= NOW + 300


@pytest.mark.parametrize(
    ("token", "words"),
    [
        ('{"v":2,"since":1}', "another version"),
        ('{"since":1}', "another version"),
        ('{"v":true,"since":1}', "another version"),
        ('{"v":1}', "a time in it is no number"),
        (f'{{"v":1,"since":{NOW + 301}}}', "the future"),
        ('{"v":1,"since":NaN}', "a time in it"),
        ('{"v":1,"since":1,"look":-1}', "a counter"),
        ('{"v":1,"since":1,"look":1.5}', "a counter"),
        ('{"v":1,"since":1,"fails":{"x":1}}', "by check"),
        ('{"v":1,"since":1,"extra":1}', "did not write"),
        ("[" * 2_000, "not JSON"),
        ("x" * 2_049, "over 2048 characters"),
        ("[1]", "no JSON object"),
    ],
)
def test_f16_what_is_wrong_is_said_without_quoting_it(token: str, words: str) -> None:
    with pytest.raises(ConfigurationError, match=words) as caught:
        decode(token, NOW)
    assert len(str(caught.value)) < 200
