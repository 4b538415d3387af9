"""What the tests of the account's services share: a server for many applications, a clock, recorded events."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

from local.clients import Aws
from local.clock import Clock
from local.events import EventEmitter
from local.server import Server


class Served:
    """A server whose application each test replaces: servers and boto3 clients are what takes time to make."""

    def __init__(self, name: str) -> None:
        self.app: Any = None
        self.server = Server(self, name)
        self.aws = Aws(self.server.url)

    def __call__(self, environ: Any, start_response: Any) -> Any:
        return self.app(environ, start_response)


@contextmanager
def serve(*names: str) -> Iterator[tuple[Served, ...]]:
    """A server for each name, closed in the end."""
    with ExitStack() as cleanup:
        servers = tuple(Served(name) for name in names)
        for each in servers:
            cleanup.callback(each.server.close)
        yield servers


class SetClock(Clock):
    """A clock that stands still until a test moves it; its speed is 1."""

    def __init__(self) -> None:
        super().__init__(speed=1.0)
        self.time = 2_000_000.0

    def now(self) -> float:
        return self.time


type Events = list[tuple[str, dict[str, Any]]]


def recorder() -> tuple[EventEmitter, Events]:
    """An emitter, and the list that its events end up in: (region, entry)."""
    events: Events = []
    return EventEmitter(lambda region, entry: events.append((region, dict(entry)))), events
