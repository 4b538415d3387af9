"""The browser of this machine; a missing one is forgiven everywhere but in CI."""

import os
from collections.abc import Iterator
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from local.pictures.browsers import NoBrowserError, find_browser

PAGE = b"""<!doctype html><meta charset=utf-8><body style="margin:0;background:#fff">
<div style="height:100px;background:#f00"></div><div style="height:900px;background:#00f"></div>"""


@pytest.fixture
def installed_browser() -> Path:
    try:
        return find_browser()
    except NoBrowserError as error:
        if os.environ.get("CI") == "true":
            pytest.fail(str(error))
        pytest.skip(str(error))


class _Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(PAGE)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class names it so
        """Keep quiet."""


@pytest.fixture
def page() -> Iterator[str]:
    """A red page of 100 pixels over 900 blue ones."""
    with ThreadingHTTPServer(("127.0.0.1", 0), _Handler) as server:
        thread = Thread(target=partial(server.serve_forever, poll_interval=0.02), daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()
        thread.join()
