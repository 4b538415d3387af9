"""One request to one page: resolved once, pinned to what was resolved, nothing followed, everything bounded.

Neither proxies nor credentials of the environment take part, and the connection goes to an address, never to a name:
a name server that answers differently a moment later is not asked again.
"""

import errno
import http.client
import io
import re
import socket
import ssl
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from ipaddress import IPv4Address, ip_address
from typing import Any

from crosscheck.errors import CrosscheckError
from crosscheck.services.http.addresses import Address, Policy, parse_address
from crosscheck.services.http.url import Url
from crosscheck.size_limits import CountedStream, OverLimitError
from crosscheck.text import one_line
from crosscheck.time_limits import OutOfTimeError, within
from crosscheck.web_trust import web_trust

RESOLVE_SECONDS = 4.0
QUOTED = 80
CONNECT_SECONDS = 3.0
TOTAL_SECONDS = 10.0
ADDRESSES = 4
BODY_LIMIT = 64 * 1024
# All that is read of an answer: its headers, its chunks' sizes, and the beginning of its body.
ANSWER_LIMIT = 8 * BODY_LIMIT
LOCATION_LIMIT = 2 * 1024
HEADERS = {"User-Agent": "crosscheck", "Accept": "*/*", "Accept-Encoding": "identity", "Connection": "close"}
# The network of whoever asks has no route to the address, or no address of its kind: the page was not asked.
NO_WAY = frozenset({errno.ENETUNREACH, errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT})


class NoAnswerError(CrosscheckError):
    """The page did not answer; the text says in what way."""


class NoWayError(CrosscheckError):
    """There is no way from here to the page, which says nothing of the page; the text says what is in the way."""


def lookup(host: str, port: int) -> tuple[Address, ...]:
    """The addresses of a name, in the order of the operating system's preference.

    Raises:
        NoAnswerError: there is none, or none came in time.
        NoWayError: the name server cannot tell for now.
    """
    try:
        found = within(RESOLVE_SECONDS, lambda: socket.getaddrinfo(host, port, type=socket.SOCK_STREAM))
    except OutOfTimeError:
        raise NoAnswerError(f"its name was not resolved within {RESOLVE_SECONDS:g} seconds") from None
    except (OSError, UnicodeError) as error:
        if isinstance(error, socket.gaierror) and error.errno == socket.EAI_AGAIN:
            raise NoWayError(f"Crosscheck's own function cannot resolve its name for now ({describe(error)})") from None
        raise NoAnswerError(f"its name does not resolve ({describe(error)})") from None
    # A zone (fe80::1%eth0) stays: such an address is refused, whatever its zone.
    return tuple(dict.fromkeys(ip_address(str(entry[4][0])) for entry in found))


def connect(address: Address, port: int, seconds: float) -> socket.socket:
    """A connection to an address.

    Raises:
        OSError: refused, unreachable, or not made in time.
    """
    return socket.create_connection((str(address), port), seconds)


def describe(error: Exception) -> str:
    """What the operating system says of an error, else the name of its class."""
    return one_line(error.strerror, QUOTED) if isinstance(error, OSError) and error.strerror else type(error).__name__


type Resolve = Callable[[str, int], tuple[Address, ...]]
type Connect = Callable[[Address, int, float], socket.socket]


class HeaderLines(io.BufferedReader):
    """The lines around a body. ``http.client`` hands those of the headers to the email package, which reads more in
    them than HTTP does: a bare CR ends a line there, and a type may have parts, which it looks for within each other.
    """

    def readline(self, size: int | None = -1, /) -> bytes:
        """The next line; a type is hidden, since nobody asks for it.

        Raises:
            NoAnswerError: it has a bare CR, https://www.rfc-editor.org/rfc/rfc9112#section-2.2.
        """
        line = super().readline(size)
        if b"\r" in line.removesuffix(b"\r\n"):
            raise NoAnswerError("its answer is no HTTP (a bare CR)")
        return b"x-" + line if line[:12].lower() == b"content-type" else line


class CountedAnswer(http.client.HTTPResponse):
    """An answer of which no more than ANSWER_LIMIT bytes are read, whatever sizes it claims.

    Of a chunk of -1 bytes ``http.client`` reads all that comes, and interim answers it reads without end.
    """

    def __init__(self, sock: socket.socket, *args: Any, **more: Any) -> None:
        super().__init__(sock, *args, **more)
        self.fp = HeaderLines(CountedStream(self.fp, ANSWER_LIMIT))


class RefusedAddressError(CrosscheckError):
    """The host has an address that a probe must not reach; nothing was sent."""


@dataclass(frozen=True)
class Page:
    """An answer. ``body`` is its beginning, ``whole`` tells whether that is all of it; ``milliseconds`` run from the
    beginning of the connection to the end of what was read. ``location`` is where a redirect leads, without query and
    fragment, of up to LOCATION_LIMIT characters."""

    status: int
    location: str
    body: bytes
    whole: bool
    milliseconds: int
    address: str


@dataclass(frozen=True)
class Probe:
    """How pages are asked for. ``clock`` gives seconds that only go forward."""

    policy: Policy
    resolve: Resolve = lookup
    connect: Connect = connect
    tls: Callable[[], ssl.SSLContext] = web_trust
    clock: Callable[[], float] = time.monotonic

    def get(self, url: Url) -> Page:
        """Ask for the page.

        Raises:
            RefusedAddressError: the host has an address that must not be reached.
            NoAnswerError: there is no answer, or none in HTTP.
            NoWayError: the page cannot be asked from here.
        """
        addresses = self._addresses(url)
        started = self.clock()
        try:
            address, connection = self._connected(url, addresses, started + TOTAL_SECONDS)
            return self._asked(url, address, connection, started)
        except ssl.SSLCertVerificationError as error:
            raise NoAnswerError(f"its certificate is not valid: {one_line(error.verify_message, QUOTED)}") from error
        except ssl.SSLError as error:
            raise NoAnswerError(f"TLS fails ({error.reason or type(error).__name__})") from error
        except (OutOfTimeError, TimeoutError) as error:
            raise NoAnswerError(f"no answer within {TOTAL_SECONDS:g} seconds") from error
        except OverLimitError as error:
            raise NoAnswerError(f"its answer is no HTTP, or over {ANSWER_LIMIT // 1024} KiB around its body") from error
        except OSError as error:
            raise NoAnswerError(f"the connection fails ({describe(error)})") from error

    def _addresses(self, url: Url) -> tuple[Address, ...]:
        """The host's addresses; one that must not be reached refuses them all."""
        named = parse_address(url.host)
        addresses = (named,) if named else self.resolve(url.host, url.port)
        for address in addresses:
            if refusal := self.policy.refusal(address, url.port):
                raise RefusedAddressError(f"{url.authority} is not probed: the address {address} is {refusal}")
        if not addresses:
            raise NoAnswerError("its name has no address")
        return addresses[:ADDRESSES]

    def _connected(self, url: Url, addresses: tuple[Address, ...], deadline: float) -> tuple[Address, socket.socket]:
        """A connection to the first address that takes one, with TLS for the name where the URL asks for it.

        Where none does, the first failure counts that says something of the page.
        """
        failures: list[OSError] = []
        for address in addresses:
            seconds = min(CONNECT_SECONDS, deadline - self.clock())
            if seconds <= 0:
                raise TimeoutError
            try:
                made = self.connect(address, url.port, seconds)
            except OSError as error:
                failures.append(error)
                continue
            made.settimeout(TOTAL_SECONDS)
            if url.scheme == "https":
                made = self.tls().wrap_socket(made, server_hostname=url.host, do_handshake_on_connect=False)
            return address, made
        failure = next((each for each in failures if each.errno not in NO_WAY), None)
        if failure is None:
            raise NoWayError(_no_way(addresses, failures[0])) from failures[0]
        if isinstance(failure, TimeoutError):
            raise NoAnswerError(f"no connection within {CONNECT_SECONDS:g} seconds") from failure
        raise failure

    def _asked(self, url: Url, address: Address, connection: socket.socket, started: float) -> Page:
        """The answer. No single read times out where a server sends a byte now and then: the whole exchange does."""
        try:
            seconds = started + TOTAL_SECONDS - self.clock()
            return within(seconds, lambda: self._exchange(url, address, connection, started))
        except OutOfTimeError:
            # This wakes the thread that is left behind: its next read or write fails, it closes the connection and
            # ends. An SSLSocket's own shutdown would drop TLS first, and the thread could go on in plain text.
            with suppress(OSError):
                socket.socket.shutdown(connection, socket.SHUT_RDWR)
            raise

    def _exchange(self, url: Url, address: Address, connection: socket.socket, started: float) -> Page:
        with connection:
            if isinstance(connection, ssl.SSLSocket):
                connection.do_handshake()
            pinned = http.client.HTTPConnection(url.host, url.port)
            pinned.response_class = CountedAnswer
            pinned.sock, pinned.auto_open = connection, 0  # it never connects by itself, which would resolve the name
            pinned.request("GET", url.target, headers={"Host": url.authority, **HEADERS})
            response, body = _read(pinned)
            return Page(
                status=response.status,
                location=_place(response.headers.get("Location") or ""),
                body=body[:BODY_LIMIT],
                whole=len(body) <= BODY_LIMIT,
                milliseconds=round((self.clock() - started) * 1000),
                address=str(address),
            )


def _no_way(addresses: Sequence[Address], failure: OSError) -> str:
    """What the failure at the first address means, and what to do."""
    what = f"Crosscheck's own function has no way to {addresses[0]} ({describe(failure)})"
    has_ipv4 = any(isinstance(address, IPv4Address) for address in addresses)
    return f"{what}: {'' if has_ipv4 else 'give the page an IPv4 address, or '}leave the check out"


def _read(pinned: http.client.HTTPConnection) -> tuple[http.client.HTTPResponse, bytes]:
    """The answer and the beginning of its body. Whatever it makes a parser raise, it is the page's fault."""
    try:
        with pinned.getresponse() as response:
            return response, response.read(BODY_LIMIT + 1)
    except (OSError, CrosscheckError):
        raise
    except Exception as error:  # HTTPException, ValueError for odd sizes, RecursionError, MemoryError
        raise NoAnswerError(f"its answer is no HTTP ({describe(error)})") from error


def _place(location: str) -> str:
    """Where a redirect leads. Of a long one nothing is kept that stands before an @: it may be a password, cut."""
    place = re.split(r"[?#]", location, maxsplit=1)[0]
    return place if len(place) <= LOCATION_LIMIT else place.rpartition("@")[2][:LOCATION_LIMIT]
