from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crosscheck.text import moment, one_line, shortened


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ""),
        ("two  words\n", "two words"),
        ("exactly ten", "exactly…"),
        ("ten chars!", "ten chars!"),
        ("oneverylongword", "oneverylo…"),
    ],
)
def test_a_text_is_cut_between_words(text: str, expected: str) -> None:
    assert shortened(text, 10) == expected


@given(st.text(max_size=300))
def test_f50_a_strangers_text_becomes_one_short_line(text: str) -> None:
    line = one_line(text, 80)
    assert len(line) <= 80
    assert line.isprintable()


def test_what_is_not_visible_is_left_out() -> None:
    assert one_line("a\u3164\u034f\ufe0f\u2800b") == "ab"
    assert one_line(" re\u200blease\u202e\t\x1b[31mred\x00\u2028end ") == "release [31mred end"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("unable to access 'https://user:word@git.example/x'", "unable to access 'https://git.example/x'"),
        ("https://word@git.example:8443/", "https://git.example:8443/"),
        ("https://user:w\u200bord@git.example/ and ssh://word@h/", "https://git.example/ and ssh://h/"),
        ("https://user:wo@rd@git.example/", "https://git.example/"),
        ("https://git.example/@user?to=me@git.example", "https://git.example/@user?to=me@git.example"),
        ("web@sha256:4f1e2d3c4b5a", "web@sha256:4f1e2d3c4b5a"),
        ("https://h/x?a=1&X-Amz-Signature=5f&b=2#c", "https://h/x?a=1&X-Amz-Signature=REDACTED&b=2#c"),
        ("see https://h/?token=5f. Or h/?SIG=5f", "see https://h/?token=REDACTED Or h/?SIG=REDACTED"),
        ("https://h/?design=5f&assignature=6", "https://h/?design=5f&assignature=6"),
    ],
)
def test_f50_the_credentials_and_signatures_of_an_address_are_left_out(text: str, shown: str) -> None:
    assert one_line(text) == shown


def test_a_time() -> None:
    assert moment(1_772_618_400.9) == "2026-03-04T10:00:00Z"
