"""What a probe is made of: the resolver, the connection to an address, TLS, and reading with one deadline for all."""

import io
import queue
import socket
import ssl
import threading
from collections.abc import Buffer, Callable
from functools import cache
from ipaddress import ip_address

from crosscheck.errors import CrosscheckError
from crosscheck.services.http.addresses import Address

RESOLVE_SECONDS = 4.0


class NoAnswerError(CrosscheckError):
    """The page did not answer; the text says in what way."""


def lookup(host: str, port: int) -> tuple[Address, ...]:
    """The addresses of a name, in the order of the operating system's preference.

    Raises:
        NoAnswerError: there is none, or none came in time.
    """
    answers: queue.SimpleQueue[tuple[Address, ...] | str] = queue.SimpleQueue()
    threading.Thread(target=lambda: answers.put(_ask_resolver(host, port)), daemon=True).start()
    try:
        answer = answers.get(timeout=RESOLVE_SECONDS)
    except queue.Empty:
        raise NoAnswerError(f"its name was not resolved within {RESOLVE_SECONDS:g} seconds") from None
    if isinstance(answer, str):
        raise NoAnswerError(f"its name does not resolve ({answer})")
    return answer


def connect(address: Address, port: int, seconds: float) -> socket.socket:
    """A connection to an address.

    Raises:
        OSError: refused, unreachable, or not made in time.
    """
    made = socket.socket(socket.AF_INET6 if address.version == 6 else socket.AF_INET, socket.SOCK_STREAM)  # noqa: PLR2004 - IPv6
    try:
        made.settimeout(seconds)
        made.connect((str(address), port))
    except BaseException:
        made.close()
        raise
    return made


@cache
def authorities() -> ssl.SSLContext:
    """TLS with the system's certificate authorities; loading them costs some 25 ms."""
    context = ssl.create_default_context()
    context.set_alpn_protocols(["http/1.1"])
    return context


class TimedAnswer:
    """What HTTPResponse reads from: every read ends with the whole request's time."""

    def __init__(self, connection: socket.socket, left: Callable[[], float]) -> None:
        self._stream = _Stream(connection, left)

    def makefile(self, _mode: str) -> io.BufferedReader:
        """The answer as a file, as a socket gives it."""
        return io.BufferedReader(self._stream)


class _Stream(io.RawIOBase):
    def __init__(self, connection: socket.socket, left: Callable[[], float]) -> None:
        super().__init__()
        self._connection = connection
        self._left = left

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Buffer) -> int:
        self._connection.settimeout(self._left())
        return self._connection.recv_into(buffer)


def one_line(text: str, limit: int = 80) -> str:
    """The beginning of a text that a stranger wrote: one line, printable characters only."""
    line = " ".join("".join(character if character.isprintable() else " " for character in text).split())
    return line if len(line) <= limit else f"{line[: limit - 1]}…"


def words(error: Exception) -> str:
    """What the operating system says of an error, else its class."""
    return one_line(error.strerror) if isinstance(error, OSError) and error.strerror else type(error).__name__


def _ask_resolver(host: str, port: int) -> tuple[Address, ...] | str:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        return words(error)
    # A zone (fe80::1%eth0) stays: such an address is refused, whatever its zone.
    return tuple(dict.fromkeys(ip_address(str(entry[4][0])) for entry in found))
