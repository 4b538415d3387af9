"""One request to one page: resolved once, pinned to what was resolved, nothing followed, everything bounded.

Neither proxies nor credentials of the environment take part, and the connection goes to an address, never to a name:
a name server that answers differently a moment later is not asked again.
"""

import http.client
import socket
import ssl
import time
from collections.abc import Callable
from dataclasses import dataclass
from ipaddress import ip_address
from typing import cast

from crosscheck.errors import CrosscheckError
from crosscheck.services.http.addresses import Address, Policy
from crosscheck.services.http.connection import (
    NoAnswerError,
    TimedAnswer,
    authorities,
    connect,
    lookup,
    one_line,
    words,
)
from crosscheck.services.http.url import Url

CONNECT_SECONDS = 3.0
TOTAL_SECONDS = 10.0
ADDRESSES = 4
BODY_LIMIT = 64 * 1024

type Resolve = Callable[[str, int], tuple[Address, ...]]
type Connect = Callable[[Address, int, float], socket.socket]


class RefusedAddressError(CrosscheckError):
    """The host has an address that a probe must not reach; nothing was sent."""


@dataclass(frozen=True)
class Page:
    """An answer. ``body`` is its beginning, ``whole`` tells whether that is all of it; ``milliseconds`` run from the
    beginning of the connection to the end of what was read."""

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
    tls: Callable[[], ssl.SSLContext] = authorities
    clock: Callable[[], float] = time.monotonic

    def get(self, url: Url) -> Page:
        """Ask for the page.

        Raises:
            RefusedAddressError: the host has an address that must not be reached.
            NoAnswerError: there is no answer, or none in HTTP.
        """
        addresses = self._addresses(url)
        started = self.clock()
        deadline = started + TOTAL_SECONDS
        try:
            return self._ask(url, addresses, started, deadline)
        except ssl.SSLCertVerificationError as error:
            raise NoAnswerError(f"its certificate is not valid: {one_line(error.verify_message)}") from error
        except ssl.SSLError as error:
            raise NoAnswerError(f"TLS fails ({error.reason or type(error).__name__})") from error
        except TimeoutError as error:
            raise NoAnswerError(f"no answer within {TOTAL_SECONDS:g} seconds") from error
        except (OSError, http.client.HTTPException) as error:
            raise NoAnswerError(f"the connection fails ({words(error)})") from error

    def _addresses(self, url: Url) -> tuple[Address, ...]:
        """The host's addresses; one that must not be reached refuses them all."""
        try:
            addresses: tuple[Address, ...] = (ip_address(url.host),)
        except ValueError:
            addresses = self.resolve(url.host, url.port)
        for address in addresses:
            if refusal := self.policy.refusal(address, url.port):
                raise RefusedAddressError(f"{url.authority} is not probed: the address {address} is {refusal}")
        if not addresses:
            raise NoAnswerError("its name has no address")
        return addresses[:ADDRESSES]

    def _ask(self, url: Url, addresses: tuple[Address, ...], started: float, deadline: float) -> Page:
        address, plain = self._reach(addresses, url.port, deadline)
        with plain, self._secured(plain, url, deadline) as connection:
            connection.settimeout(self._left(deadline))
            connection.sendall(_request(url))
            source = TimedAnswer(connection, lambda: self._left(deadline))
            # HTTPResponse wants a socket and takes nothing of it but the file.
            response = http.client.HTTPResponse(cast("socket.socket", source), method="GET")
            response.begin()
            body = response.read(BODY_LIMIT + 1)
            return Page(
                status=response.status,
                location=response.headers.get("Location") or "",
                body=body[:BODY_LIMIT],
                whole=len(body) <= BODY_LIMIT,
                milliseconds=round((self.clock() - started) * 1000),
                address=str(address),
            )

    def _reach(self, addresses: tuple[Address, ...], port: int, deadline: float) -> tuple[Address, socket.socket]:
        """A connection to the first address that takes one."""
        failure = OSError()
        for address in addresses:
            try:
                return address, self.connect(address, port, min(CONNECT_SECONDS, self._left(deadline)))
            except OSError as error:
                failure = error
        if isinstance(failure, TimeoutError):
            raise NoAnswerError(f"no connection within {CONNECT_SECONDS:g} seconds") from failure
        raise failure

    def _secured(self, plain: socket.socket, url: Url, deadline: float) -> socket.socket:
        """TLS for the name, not for the address; the plain connection itself for http."""
        plain.settimeout(self._left(deadline))
        return self.tls().wrap_socket(plain, server_hostname=url.host) if url.scheme == "https" else plain

    def _left(self, deadline: float) -> float:
        left = deadline - self.clock()
        if left <= 0:
            raise TimeoutError
        return left


def _request(url: Url) -> bytes:
    """The URL holds printable ASCII only, so no line of the request can be smuggled in with it."""
    lines = (
        f"GET {url.target} HTTP/1.1",
        f"Host: {url.authority}",
        "User-Agent: crosscheck",
        "Accept: */*",
        "Accept-Encoding: identity",
        "Connection: close",
    )
    return "".join(f"{line}\r\n" for line in (*lines, "")).encode("ascii")
