"""Closing a connection without an answer, as a network does that fails between Slack and its client."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from waitress.channel import ClientDisconnected

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

_CLOSE = "crosscheck.close_connection"


def close_connection(environ: dict[str, Any]) -> None:
    """Let this request end without an answer."""
    environ[_CLOSE] = True


class ClosingConnections:
    """A WSGI application whose requests can end without an answer."""

    def __init__(self, app: Callable[..., Iterable[bytes]]) -> None:
        self._app = app

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Serve one request.

        Raises:
            ClientDisconnected: waitress closes the connection on it and writes nothing.
        """
        answer = self._app(environ, start_response)
        if environ.get(_CLOSE):
            raise ClientDisconnected
        return answer
