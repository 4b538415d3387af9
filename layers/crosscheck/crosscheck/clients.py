"""The one place that creates AWS clients.

Creating a client costs 5 to 40 ms and is not thread-safe on a shared session; using one is. So clients are
made under a lock, kept per (service, region), and may be called from many threads. A call that nobody answers
ends after about half a minute with all its tries, below every function's own timeout, so that a black-hole
endpoint in one region cannot hold up the others.

botocore loads its CAs anew for every connection: 126 of them cost 24 ms of a full core. AWS's endpoints are certified
by Amazon alone, whose five roots cost one. https://www.amazontrust.com/repository/

The user agent, by which CloudTrail tells Crosscheck's calls, is whole. botocore would make it anew for every call if
we only added to its own: 0.08 ms, a third of what it spends on a call without the network.
"""

import os
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import boto3
from botocore.config import Config

CONFIG = Config(
    connect_timeout=3,
    read_timeout=6,
    retries={"mode": "standard", "total_max_attempts": 3},
    max_pool_connections=40,
    user_agent=f"crosscheck Boto3/{boto3.__version__}",
)
# For functions with minutes to spare, whose calls may themselves take seconds: emptying a bucket.
PATIENT = CONFIG.merge(Config(read_timeout=30))
AMAZON_ROOTS = Path(__file__).with_name("amazon_roots.pem")
_OTHER_PARTITIONS = ("cn-", "eusc-", "eu-isoe-", "us-gov-", "us-iso")  # which may be certified by others


class Clients:
    """The clients of a session: ``client("ecs", "eu-west-1")``, or ``client("ecs")`` in the function's own region.

    Whoever brings a session of their own, as an operator does, brings whom they trust: their profile or their proxy's
    variables may name CAs.
    """

    def __init__(self, session: boto3.Session | None = None, config: Config = CONFIG) -> None:
        self._session = session or boto3.Session()
        self._trusts_amazon = session is None
        self._config = config
        self._lock = threading.Lock()
        self._cache: dict[tuple[str, str | None], Any] = {}
        # boto3's stubs know the type of every service's client by its name.
        self.client = _typed_as(self._session.client, self._get)

    @property
    def home_region(self) -> str:
        """The region in which the function runs."""
        return self._session.region_name

    def prepare(self, *services: str) -> None:
        """Create the clients of these services in the function's own region, while a full core is there for it."""
        for service in services:
            self._get(service)

    def _get(self, service: str, region: str | None = None) -> Any:
        with self._lock:
            region = region or self.home_region
            key = (service, region)
            if key not in self._cache:
                create = cast("Any", self._session.client)  # the stubs want a literal service name
                roots = _roots(region) if self._trusts_amazon else None
                self._cache[key] = create(service, region_name=region, config=self._config, verify=roots)
            return self._cache[key]


def _roots(region: str) -> str | None:
    """The file with the CAs that certify the region's endpoints; None for botocore's own, or those of AWS_CA_BUNDLE."""
    if "AWS_CA_BUNDLE" in os.environ or region.startswith(_OTHER_PARTITIONS):
        return None
    return str(AMAZON_ROOTS)


def _typed_as[F](_typed: F, function: Callable[..., Any]) -> F:
    """The function, which mypy takes for the other one."""
    return cast("F", function)
