from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crosscheck.errors import ConfigurationError
from crosscheck.pipelines.parameters import FAILURE_LIMIT
from crosscheck.plans.plan import CHECK_LIMIT
from crosscheck.verification.progress import Progress, begin
from gate_stage.continuation import TOKEN_LIMIT, Continuation, decode, encode

NOW = 1_767_607_500.0

times = st.integers(1, int(NOW * 1000)).map(lambda milliseconds: milliseconds / 1000)
counters = st.dictionaries(st.from_regex(r"[0-9a-f]{6}", fullmatch=True), st.integers(1, FAILURE_LIMIT), max_size=10)
progresses = st.builds(
    Progress,
    since=times,
    look=st.integers(0, 9999),
    pass_since=st.none() | times,
    passed=st.booleans(),
    unread=st.integers(0, 9),
    fails=counters,
    unknown=counters,
    waited=st.integers(0, 604_800_000).map(lambda milliseconds: milliseconds / 1000),
    waiting_since=st.none() | times,
)


OURS = Continuation(begin(NOW)).of("ours")


@given(progresses)
def test_what_is_written_is_read(progress: Progress) -> None:
    for known in (Continuation(progress), replace(OURS, progress=progress)):
        assert decode(encode(known), NOW) == known


def test_what_another_gate_left_is_refused() -> None:
    assert decode(encode(OURS), NOW).of("ours") == OURS
    with pytest.raises(ConfigurationError, match="another gate's looks made it"):
        decode(encode(OURS), NOW).of("theirs")


def test_the_first_look_has_no_token() -> None:
    assert decode("", NOW) == Continuation(begin(NOW))


def test_the_counters_of_the_greatest_plan_fit() -> None:
    counts = {f"{number:06x}": FAILURE_LIMIT for number in range(CHECK_LIMIT)}
    longest = Progress(NOW + 0.125, 9999, NOW + 0.125, True, 9, counts, waited=86_399.125, waiting_since=NOW + 0.125)
    assert len(encode(replace(OURS, progress=longest))) <= TOKEN_LIMIT


def test_33_regions_with_three_checks_each_fit() -> None:
    fails = {f"{number:06x}": 9 for number in range(50)}
    unknown = {f"{number:06x}": 3 for number in range(50, 99)}
    longest = Progress(NOW + 0.125, 2880, NOW + 0.125, True, 0, fails, unknown, 86_399.125, NOW + 0.125)
    assert len(encode(replace(OURS, progress=longest))) <= TOKEN_LIMIT


def test_what_is_empty_is_left_out() -> None:
    assert json.loads(encode(Continuation(Progress(NOW, 3)))) == {"v": 4, "since": NOW, "look": 3}


@pytest.mark.parametrize("version", [1, 2, 3, 5])
def test_what_another_version_wrote_is_refused(version: int) -> None:
    with pytest.raises(ConfigurationError, match="it is of another version; retry the stage"):
        decode(f'{{"v":{version},"since":{NOW},"look":3}}', NOW)


def test_waiting_does_not_count() -> None:
    began = Progress(NOW)
    closed = began.after_waiting(NOW + 10, waiting=True).after_waiting(NOW + 70, waiting=True)
    assert closed.counted(NOW + 100) == 10
    opened = closed.after_waiting(NOW + 100, waiting=False)
    assert (opened.waited, opened.counted(NOW + 130)) == (90, 40)
    again = opened.after_waiting(NOW + 130, waiting=True).after_waiting(NOW + 150, waiting=False)
    assert (again.waited, again.waiting_since, again.counted(NOW + 151)) == (110, None, 41)


@given(st.lists(st.tuples(st.floats(0, 1_000), st.booleans()), max_size=20))
def test_what_counts_never_runs_backwards_nor_faster_than_the_clock(looks: list[tuple[float, bool]]) -> None:
    progress, now, counted = Progress(NOW), NOW, 0.0
    for seconds, waiting in looks:
        now += seconds
        progress = decode(encode(Continuation(progress.after_waiting(now, waiting=waiting))), now).progress
        # the token holds milliseconds
        assert counted - 0.01 <= progress.counted(now) <= counted + seconds + 0.01
        counted = progress.counted(now)


@given(st.text(max_size=3000))
def test_f16_any_text_is_read_or_refused(token: str) -> None:
    try:
        known = decode(token, NOW)
    except ConfigurationError:
        return
    assert decode(encode(known), NOW) == known


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
)
keys = st.sampled_from(
    [
        "v",
        "gate",
        "since",
        "look",
        "pass_since",
        "passed",
        "unread",
        "fails",
        "unknown",
        "waited",
        "waiting_since",
        "other",
    ]
)


@given(st.dictionaries(keys, json_values), st.sampled_from([1, 2, 4, True, "1", None, [1], {}]))
def test_f16_any_document_is_read_or_refused(document: dict[str, object], version: object) -> None:
    try:
        known = decode(json.dumps({**document, "v": version}), NOW)
    except ConfigurationError:
        return
    assert known.progress.since <= NOW + 300


@pytest.mark.parametrize(
    ("token", "words"),
    [
        ('{"v":2,"since":1}', "another version"),
        ('{"v":[1],"since":1}', "another version"),
        ('{"v":true,"since":1}', "another version"),
        ('{"since":1}', "another version"),
        ('{"v":4,"since":1,"waited":-1}', "the time waited"),
        ('{"v":4,"since":1,"waited":true}', "not what this version wrote"),
        ('{"v":4,"since":1,"waited":NaN}', "not what this version wrote"),
        (f'{{"v":4,"since":1,"waiting_since":{NOW + 301}}}', "the future"),
        ('{"v":4}', "not what this version wrote: since"),
        ('{"v":4,"since":0}', "a time in it"),
        ('{"v":4,"since":1,"gate":7}', "its gate is none"),
        (f'{{"v":4,"since":{NOW + 301}}}', "the future"),
        ('{"v":4,"since":NaN}', "not what this version wrote"),
        (f'{{"v":4,"since":{10**400}}}', "not what this version wrote"),
        ('{"v":4,"since":1,"look":-1}', "a counter"),
        ('{"v":4,"since":1,"look":1.5}', "not what this version wrote"),
        ('{"v":4,"since":1,"passed":1}', "not what this version wrote: passed"),
        ('{"v":4,"since":1,"fails":{"x":1}}', "by check"),
        (f'{{"v":4,"since":1,"fails":{{"{"x" * 1_000}":"1"}}}}', "not what this version wrote"),
        ('{"v":4,"since":1,"unknown":{"00000a":-1}}', "a counter"),
        (f'{{"v":4,"since":1,"{"x" * 1_000}":1}}', "not what this version wrote"),
        ("[" * 2_000, "not JSON"),
        ("x" * 2_049, "over 2048 characters"),
        ("[1]", "no JSON object"),
    ],
)
def test_f16_what_is_wrong_is_said_without_quoting_it(token: str, words: str) -> None:
    with pytest.raises(ConfigurationError, match=words) as caught:
        decode(token, NOW)
    assert len(str(caught.value)) < 200
