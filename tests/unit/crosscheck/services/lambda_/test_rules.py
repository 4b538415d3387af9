"""The words of the rules."""

from __future__ import annotations

import pytest

from crosscheck.services.lambda_.rules import Alias, Version, judge_later, judge_version


@pytest.mark.parametrize(
    ("alias", "words"),
    [
        (Alias("8"), "serves version 8; version 8 was published since"),
        (Alias("7", {"8": 0.25}), "serves 75% to version 7, 25% to version 8; version 8 was published since"),
    ],
)
def test_what_an_alias_serves_is_told_as_it_serves_it(alias: Alias, words: str) -> None:
    outcome = judge_later(alias, [Version("8", "Active", published=20.0)], 10.0)
    assert outcome
    assert outcome.reason.endswith(words)


@pytest.mark.parametrize(("code", "words"), [("", "version 8 is Failed"), ("Broken", "version 8 is Failed (Broken)")])
def test_the_code_of_a_state_is_told_where_there_is_one(code: str, words: str) -> None:
    outcome = judge_version(Version("8", "Failed", code))
    assert outcome
    assert outcome.reason == words


def test_a_version_of_which_the_time_is_not_known_may_have_come_since() -> None:
    assert judge_later(Alias("8"), [Version("8", "Active")], 10.0)
