"""An HTTP server on a free loopback port, for each of the account's own services."""

import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any, cast

from waitress import wasyncore
from waitress.server import create_server

HOST = "127.0.0.1"
JOIN_SECONDS = 5
CONNECTIONS = 1_000  # a function in each of 16 regions keeps some to every service open


class Server:
    """A WSGI application served by a thread until ``close``. ``url`` has no trailing slash."""

    def __init__(self, app: Callable[..., Any], name: str, port: int = 0, threads: int = 16) -> None:
        self._server = create_server(
            app, host=HOST, port=port, threads=threads, clear_untrusted_proxy_headers=True, connection_limit=CONNECTIONS
        )
        self.port = int(cast("Any", self._server).effective_port)  # the stubs do not know it
        self.url = f"http://{HOST}:{self.port}"
        self._thread = threading.Thread(target=self._server.run, name=f"{name}-server", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Finish the requests that are being served, and stop. The loop's own thread closes its sockets."""
        self._server.task_dispatcher.shutdown()
        loop: Any = self._server  # the stubs know neither the trigger's method nor the map
        # A loop that is awake already closes everything, the trigger included, before the trigger is pulled.
        with suppress(OSError):
            loop.trigger.pull_trigger(lambda: wasyncore.close_all(loop._map))  # noqa: SLF001 - waitress offers no public way
        self._thread.join(JOIN_SECONDS)
