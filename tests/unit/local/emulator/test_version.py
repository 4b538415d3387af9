import importlib.metadata
from pathlib import Path

import pytest

from local.emulator.launcher import version

PINS = Path(__file__).parents[4] / "requirements" / "emulator.txt"


def test_the_pinned_ministack_is_the_one_that_the_launcher_knows() -> None:
    assert f"ministack=={version.VERSION} " in PINS.read_text()


def test_another_version_ends_with_a_message_that_names_both(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.metadata, "version", lambda _: "9.9.9")

    with pytest.raises(SystemExit, match=rf"(?s){version.VERSION}.*9\.9\.9"):
        version.require()


def test_the_known_version_passes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.metadata, "version", lambda _: version.VERSION)

    version.require()
