"""What a probe is made of: the resolver, a connection to an address, TLS, and HTTP over that connection alone."""

import http.client
import socket
import ssl
from functools import cache
from ipaddress import ip_address

from crosscheck.errors import CrosscheckError
from crosscheck.services.http.addresses import Address
from crosscheck.text import one_line
from crosscheck.time_limits import OutOfTimeError, within

RESOLVE_SECONDS = 4.0
QUOTED = 80


class NoAnswerError(CrosscheckError):
    """The page did not answer; the text says in what way."""


class PinnedConnection(http.client.HTTPConnection):
    """HTTP over a connection that is there already. It never opens another one, so the name is not resolved again."""

    def __init__(self, host: str, made: socket.socket) -> None:
        super().__init__(host)
        self._made = made

    def connect(self) -> None:
        """Take the connection."""
        self.sock = self._made


def lookup(host: str, port: int) -> tuple[Address, ...]:
    """The addresses of a name, in the order of the operating system's preference.

    Raises:
        NoAnswerError: there is none, or none came in time.
    """
    try:
        found = within(RESOLVE_SECONDS, lambda: socket.getaddrinfo(host, port, type=socket.SOCK_STREAM))
    except OutOfTimeError:
        raise NoAnswerError(f"its name was not resolved within {RESOLVE_SECONDS:g} seconds") from None
    except (OSError, UnicodeError) as error:
        raise NoAnswerError(f"its name does not resolve ({describe(error)})") from None
    # A zone (fe80::1%eth0) stays: such an address is refused, whatever its zone.
    return tuple(dict.fromkeys(ip_address(str(entry[4][0])) for entry in found))


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


def describe(error: Exception) -> str:
    """What the operating system says of an error, else the name of its class."""
    return one_line(error.strerror, QUOTED) if isinstance(error, OSError) and error.strerror else type(error).__name__
