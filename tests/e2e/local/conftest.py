"""These tests drive parts of the local account by themselves: none needs the deployed stack."""

import pytest


@pytest.fixture(autouse=True)
def _no_faults() -> None:
    """Stands in for the fixture of the folder above, which starts the whole account."""
