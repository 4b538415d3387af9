"""The account of each test; the server is shared, its application is not."""

from collections.abc import Iterator

import pytest

from tests.unit.local.codedeploy.account import Account, open_service
from tests.unit.local.served import Served, serve


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    with serve("codedeploy") as (server,):
        yield server


@pytest.fixture
def account(served: Served) -> Iterator[Account]:
    opened = open_service(served.aws)
    served.app = opened.service.app
    yield opened
    opened.clock.stop()
