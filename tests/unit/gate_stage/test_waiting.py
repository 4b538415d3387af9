"""A gate in front of a closed window."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crosscheck.registry import checks as catalogue
from crosscheck.registry.services import EVERY_CHECK
from crosscheck.services.window.check import WindowCheck
from tests.fakes.codepipeline_release import NOW
from tests.fakes.json_protocol import RefusedError

if TYPE_CHECKING:
    import pytest

    from tests.unit.gate_stage.conftest import Account

MINUTE = 60.0


def window(account: Account, opens_in: float, monkeypatch: pytest.MonkeyPatch) -> dict[str, object]:
    """UserParameters with a window that opens so many minutes after the first look."""
    check = WindowCheck(lambda: account.now)
    monkeypatch.setattr(catalogue, "EVERY_CHECK", {**EVERY_CHECK, check.kind: check})
    moments = [NOW.timestamp() + minutes * MINUTE for minutes in (opens_in, opens_in + 60)]
    opens, closes = (f"{moment // 3600 % 24:02.0f}:{moment // 60 % 60:02.0f}" for moment in moments)
    entry = {"kind": "window", "timezone": "UTC", "open": opens, "close": closes, "region": "eu-west-1"}
    return {"checks": [entry], "deadline_minutes": 1}


def test_a_gate_waits_for_a_window_beyond_its_deadline_and_then_passes(
    account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    parameters = window(account, 5, monkeypatch)
    answer = account.invoke(parameters=parameters)
    for look in range(2, 12):
        assert answer["outcome"] == "continued"
        assert "eu-west-1: the window is closed; opens " in answer["executionDetails"]["summary"]
        answer = account.look_again(answer, look, parameters=parameters)
    assert answer["outcome"] == "succeeded"


def test_after_the_window_opened_the_deadline_is_as_long_as_ever(
    account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    parameters = window(account, 2, monkeypatch)
    account.release.regions["eu-west-1"].deploying()
    answer = account.invoke(parameters=parameters)
    # two minutes closed, then the one of the deadline, a look every half
    for look in range(2, 2 + 4 + 2):
        assert answer["outcome"] == "continued"
        answer = account.look_again(answer, look, parameters=parameters)
    assert "not done within 1 minutes" in answer["failureDetails"]["message"]


def test_a_region_that_fails_while_another_waits_fails_at_once(
    account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    parameters = window(account, 5, monkeypatch)
    account.release.regions["ap-southeast-1"].fail_tasks()
    message = account.invoke(parameters=parameters)["failureDetails"]["message"]
    assert message.startswith("FAIL regions=ap-southeast-1: ")
    assert "unknown eu-west-1: not judged to the end; last seen: the window is closed" in message


def test_f17_a_pipeline_that_cannot_be_read_after_long_waiting_is_asked_again(
    account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    parameters = window(account, 5, monkeypatch)
    account.release.regions["eu-west-1"].deploying()
    answer = account.invoke(parameters=parameters)
    for look in range(2, 6):
        answer = account.look_again(answer, look, parameters=parameters)
    account.release.codepipeline.refuse("GetPipeline", RefusedError("ThrottlingException"))
    assert account.look_again(answer, 6, parameters=parameters)["outcome"] == "continued"
