import os
from collections.abc import Iterator

import pytest

from crosscheck.errors import MissingSettingError
from crosscheck.init_phase import made_at_init

ON_LAMBDA = "AWS_LAMBDA_INITIALIZATION_TYPE"


def numbered(made: list[int]) -> Iterator[int]:
    for number in range(9):
        made.append(number)
        yield number


def test_on_lambda_it_is_made_in_the_init_phase_and_only_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(ON_LAMBDA, "on-demand")
    made: list[int] = []
    numbers = numbered(made)
    wanted = made_at_init(lambda: next(numbers))
    assert made == [0]
    assert (wanted(), wanted()) == (0, 0)
    assert made == [0]


def test_elsewhere_nothing_is_made_before_somebody_asks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(ON_LAMBDA, raising=False)
    made: list[int] = []
    numbers = numbered(made)
    wanted = made_at_init(lambda: next(numbers))
    assert made == []
    assert (wanted(), wanted()) == (0, 0)


def test_f12_f21_what_fails_in_the_init_phase_is_told_to_whoever_asks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(ON_LAMBDA, "on-demand")

    def failing() -> None:
        raise MissingSettingError("LEDGER_TABLE")

    wanted = made_at_init(failing)
    for _ in range(2):
        with pytest.raises(MissingSettingError, match="LEDGER_TABLE"):
            wanted()


def test_a_failure_that_passes_is_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(ON_LAMBDA, "on-demand")
    monkeypatch.delenv("LATER", raising=False)

    wanted = made_at_init(lambda: os.environ["LATER"])
    monkeypatch.setenv("LATER", "here")
    assert wanted() == "here"
