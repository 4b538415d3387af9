"""The account of each test; the server is shared, its application is not."""

from collections.abc import Iterator
from typing import Any

import pytest

from local.clients import Aws
from local.server import Server
from tests.unit.local.codedeploy.account import Account, open_service


class Served:
    """A server whose application each test replaces: servers and boto3 clients are what takes time to make."""

    def __init__(self) -> None:
        self.app: Any = None
        self.server = Server(self, "codedeploy")
        self.clients = Aws(self.server.url)

    def __call__(self, environ: Any, start_response: Any) -> Any:
        return self.app(environ, start_response)


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    served = Served()
    yield served
    served.server.close()


@pytest.fixture
def account(served: Served) -> Iterator[Account]:
    opened = open_service(served.clients)
    served.app = opened.service.app
    yield opened
    opened.clock.stop()
