from __future__ import annotations

from typing import TYPE_CHECKING

from local import polling

if TYPE_CHECKING:
    import pytest


def test_the_first_true_thing_is_given(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(polling, "POLL_SECONDS", 0.0)
    seen = iter(["", "", "there", "later"])
    assert polling.poll(lambda: next(seen), 60) == "there"
    assert next(seen) == "later"


def test_what_never_comes_is_none() -> None:
    assert polling.poll(lambda: "", 0.0) is None
