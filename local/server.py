"""An HTTP server on a free loopback port, for each of the account's own services."""

import threading
from collections.abc import Callable
from typing import Any, cast

from waitress.server import create_server

HOST = "127.0.0.1"


class Server:
    """A WSGI application served by a thread until ``close``. ``url`` has no trailing slash."""

    def __init__(self, app: Callable[..., Any], name: str, port: int = 0, threads: int = 16) -> None:
        self._server = create_server(app, host=HOST, port=port, threads=threads, clear_untrusted_proxy_headers=True)
        self.port = int(cast("Any", self._server).effective_port)  # the stubs do not know it
        self.url = f"http://{HOST}:{self.port}"
        self._thread = threading.Thread(target=self._server.run, name=f"{name}-server", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop accepting requests."""
        self._server.close()
