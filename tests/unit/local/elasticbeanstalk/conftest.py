"""The account of each test; the server is shared, its application is not."""

from collections.abc import Iterator

import pytest

from tests.unit.local.elasticbeanstalk.account import APPLICATION, SETTLED, Account, open_service
from tests.unit.local.served import Served, serve


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    with serve("elasticbeanstalk") as (server,):
        yield server


@pytest.fixture
def account(served: Served) -> Iterator[Account]:
    opened = open_service(served.aws)
    served.app = opened.service.app
    yield opened
    opened.clock.stop()


@pytest.fixture
def ready(account: Account) -> Account:
    """With an environment that runs a first version."""
    account.api().create_application(ApplicationName=APPLICATION)
    account.version("v1")
    account.launch(VersionLabel="v1")
    account.after(SETTLED)
    return account
