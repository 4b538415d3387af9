"""These tests drive parts of the local account by themselves, or accounts of their own: none needs the shared one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from local.account import Account
from tests.e2e.outside import Outside

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(autouse=True)
def _no_faults() -> None:
    """Stands in for the fixture of the folder above, which starts the shared account."""


@pytest.fixture(scope="module")
def strict(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Account]:
    """An account that enforces IAM, with the stack deployed."""
    with Account(tmp_path_factory.mktemp("strict") / "account", enforce_iam=True) as account:
        account.deploy(RollbackMode="auto")
        yield account


@pytest.fixture
def client(strict: Account) -> Iterator[Outside]:
    """That account from outside; its faults end with the test."""
    found = Outside(strict.describe())
    yield found
    found.post("/reset", {}).raise_for_status()
