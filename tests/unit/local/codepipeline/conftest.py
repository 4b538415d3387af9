"""The account of each test."""

from collections.abc import Iterator

import pytest
from moto import mock_aws

from local.clients import ACCOUNT_ID
from tests.unit.local.codepipeline.harness import Account, open_account


@pytest.fixture
def account(monkeypatch: pytest.MonkeyPatch) -> Iterator[Account]:
    # What the roles do and what the administrator sees must be the same account for moto.
    monkeypatch.setenv("MOTO_ACCOUNT_ID", ACCOUNT_ID)
    with mock_aws():
        opened, close = open_account()
        opened.bucket("store-home", versioned=False)
        yield opened
        close()
