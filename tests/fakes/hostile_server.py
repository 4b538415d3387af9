"""A server on loopback that answers every request with the same bytes, for as long as anybody reads them."""

from __future__ import annotations

import socket
import threading
from contextlib import suppress
from itertools import repeat
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from collections.abc import Iterable

PIECE = 64 * 1024
# Far over every limit, and over what the buffers of two sockets hold.
PIECES = 2_048


class HostileServer:
    """``head`` comes first, then ``tail`` again and again: 128 MiB, if they are read. ``sent`` counts the bytes."""

    def __init__(self, head: bytes, tail: bytes) -> None:
        self.head = head
        self._tail = tail * (PIECE // len(tail))
        self.sent = 0
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    def _serve(self) -> None:
        with suppress(OSError):
            while True:
                connection, _ = self._listener.accept()
                with connection, suppress(OSError):
                    connection.recv(PIECE)
                    self._send(connection, [self.head])
                    self._send(connection, repeat(self._tail, PIECES))

    def _send(self, connection: socket.socket, pieces: Iterable[bytes]) -> None:
        for piece in pieces:
            connection.sendall(piece)
            self.sent += len(piece)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join(10)
