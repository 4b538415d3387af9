"""These tests drive parts of the local account by themselves, or accounts of their own: none needs the shared one."""

from __future__ import annotations

import pytest


@pytest.fixture(autouse=True)
def _no_faults() -> None:
    """Stands in for the fixture of the folder above, which starts the shared account."""
