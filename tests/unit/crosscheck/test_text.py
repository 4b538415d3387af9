from __future__ import annotations

import pytest

from crosscheck.text import moment, shortened


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


def test_a_time() -> None:
    assert moment(1_772_618_400.9) == "2026-03-04T10:00:00Z"
