"""The address of a page, as a probe takes it: plain ASCII, no credentials, no notation that two parsers read in two
ways."""

import re
import socket
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

from crosscheck.errors import ConfigurationError
from crosscheck.services.http.addresses import parse_address

URL_LIMIT = 500
PORTS = {"https": 443, "http": 80}

_PLAIN = re.compile(r"[!-\[\]-~]+")  # printable ASCII without space and backslash
# Brackets hold the whole host, or there are none: urlsplit takes what is between them, and drops what is around it.
_BRACKETS = re.compile(r"(\[[^\[\]]*\]|[^\[\]:]*)(:\d*)?")
_LABEL = r"[A-Za-z0-9_]([A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?"
_NAME = re.compile(rf"{_LABEL}(\.{_LABEL})*")


@dataclass(frozen=True)
class Url:
    """``target`` is the path with its query, as the request line has it."""

    scheme: str
    host: str
    port: int
    target: str

    @property
    def authority(self) -> str:
        """The host and, where it is not the scheme's own, the port."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == PORTS[self.scheme] else f"{host}:{self.port}"

    @property
    def shown(self) -> str:
        """The URL without its query, which may hold what nobody else should read."""
        return f"{self.scheme}://{self.authority}{self.target.partition('?')[0]}"


def parse_url(text: str) -> Url:
    """The parts of a URL.

    Raises:
        ConfigurationError: it is not one that a probe takes. The text is not quoted.
    """
    if len(text) > URL_LIMIT or not _PLAIN.fullmatch(text):
        raise _refused(f"up to {URL_LIMIT} printable ASCII characters, without spaces and backslashes")
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        raise _refused("https://host[:port]/path") from None
    if parts.scheme not in PORTS:
        raise _refused("of the scheme https or http")
    if "@" in parts.netloc:
        raise _refused("without user name and password")
    if not _BRACKETS.fullmatch(parts.netloc):
        raise _refused("https://host[:port]/path")
    if port == 0:
        raise _refused("with a port from 1 to 65535")
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Url(parts.scheme, _host(parts), port or PORTS[parts.scheme], target)


def _host(parts: SplitResult) -> str:
    host = parts.hostname or ""
    address = parse_address(host)
    if address is not None:
        if "%" in host:
            raise _refused("without a zone in its address")
        return str(address)
    if not _NAME.fullmatch(host):
        raise _refused("with a host's name")
    if _other_notation(host):
        raise _refused("with an address in the ordinary notation, such as 192.0.2.1")
    return host


def _other_notation(host: str) -> bool:
    """Whether C libraries would take it for an IPv4 address: ``127.1``, ``0x7f000001``, ``2130706433``."""
    try:
        socket.inet_aton(host)
    except OSError:
        return False
    return True


def _refused(expected: str) -> ConfigurationError:
    return ConfigurationError(f"url must be a URL {expected}")
