"""Which addresses a probe may reach: those that anybody on the internet could reach, and no others.

A function can reach services that must not be asked on a stranger's behalf: Lambda's runtime API, metadata services,
whatever is in its VPC. ``ipaddress.is_global`` alone is not enough: it accepts multicast, NAT64 and some forms of IPv4
inside IPv6.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

from crosscheck.settings import optional

type Address = IPv4Address | IPv6Address

RUNTIME_PORT = 9001

_GLOBAL_UNICAST = IPv6Network("2000::/3")
_NAT64 = IPv6Network("64:ff9b::/96")  # RFC 6052: the last 32 bits are an IPv4 address
_SIX_TO_FOUR_RELAYS = IPv4Network("192.88.99.0/24")
_MASK = 0xFFFF_FFFF


@dataclass(frozen=True)
class Policy:
    """What may be reached. ``loopback`` is for the local account only; ``runtime`` is Lambda's own ``host:port``."""

    loopback: bool = False
    runtime: str = ""

    @classmethod
    def from_env(cls, environ: Mapping[str, str]) -> Policy:
        """The policy by the function's setting ``ALLOW_PRIVATE_PROBES`` and the address of Lambda's runtime API."""
        loopback = optional("ALLOW_PRIVATE_PROBES", environ=environ) == "true"
        return cls(loopback, optional("AWS_LAMBDA_RUNTIME_API", environ=environ))

    def refusal(self, address: Address, port: int) -> str:
        """Why the address must not be reached at that port; empty if it may be."""
        if isinstance(address, IPv6Address):
            translated = IPv4Address(int(address) & _MASK) if address in _NAT64 else None
            embedded = address.ipv4_mapped or translated
            return self.refusal(embedded, port) if embedded else self._refused_v6(address, port)
        if address in _SIX_TO_FOUR_RELAYS:
            return "a relay's"
        return self._refused(address, port)

    def _refused_v6(self, address: IPv6Address, port: int) -> str:
        if address.sixtofour or address.teredo:
            return "a tunnel's"
        refused = self._refused(address, port)
        if not refused and not address.is_loopback and address not in _GLOBAL_UNICAST:
            return "reserved"
        return refused

    def _refused(self, address: Address, port: int) -> str:
        if self._of_runtime(address, port):
            return "Lambda's own"
        if address.is_loopback:
            return "" if self.loopback else "a loopback one"
        if address.is_link_local:
            return "link-local"
        if address.is_multicast:
            return "a multicast one"
        return "" if address.is_global else "private or reserved"

    def _of_runtime(self, address: Address, port: int) -> bool:
        host, _, own_port = self.runtime.rpartition(":")
        if address.is_loopback:
            return str(port) in {str(RUNTIME_PORT), own_port}
        return str(port) == own_port and host.strip("[]") == str(address)


def parse_address(host: str) -> Address | None:
    """The address if the host is one in the ordinary notation; None for a name."""
    try:
        return ip_address(host)
    except ValueError:
        return None
