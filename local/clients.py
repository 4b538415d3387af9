"""Boto3 clients for the local account, for its own parts and for the roles that they assume."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import boto3
from botocore.config import Config

# The emulator takes a 12-digit access key id for the account's id.
ACCOUNT_ID = "111122223333"


@dataclass(frozen=True)
class Credentials:
    """Credentials as a client needs them; the default ones are the account's administrator."""

    access_key_id: str = ACCOUNT_ID
    secret_access_key: str = "local"  # noqa: S105 - the emulator checks no signature
    session_token: str | None = None


ADMINISTRATOR = Credentials()
# Services whose id is not boto3's name in capitals.
_SERVICE_IDS = {"elasticbeanstalk": "ELASTIC_BEANSTALK"}


def endpoint_variable(service: str) -> str:
    """The environment variable in which SDKs look for the endpoint of a service, which has boto3's name here."""
    return f"AWS_ENDPOINT_URL_{_SERVICE_IDS.get(service, service.upper())}"


# One session for all: each loads the services' models anew, which takes longer than most requests. It makes one client
# at a time.
_session = boto3.Session()
_session_lock = threading.Lock()


def make_client(service: str, region: str, endpoint: str, credentials: Credentials = ADMINISTRATOR) -> Any:
    """A new client; any, because the service is chosen by name at run time."""
    with _session_lock:
        return _session.client(
            service,  # type: ignore[call-overload]  # the stubs want a literal
            region_name=region,
            endpoint_url=endpoint,
            aws_access_key_id=credentials.access_key_id,
            aws_secret_access_key=credentials.secret_access_key,
            aws_session_token=credentials.session_token,
            config=Config(
                retries={"mode": "standard", "total_max_attempts": 3},
                connect_timeout=3,
                read_timeout=60,
                inject_host_prefix=False,
                max_pool_connections=32,
            ),
        )


@dataclass
class Aws:
    """Where the account's services answer. ``endpoints`` maps a boto3 service name to its own URL; the rest
    is at ``endpoint``."""

    endpoint: str
    endpoints: Mapping[str, str] = field(default_factory=dict)
    _cache: dict[tuple[str, str, Credentials], Any] = field(default_factory=dict, repr=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def client(self, service: str, region: str, credentials: Credentials = ADMINISTRATOR) -> Any:
        """A cached client."""
        key = (service, region, credentials)
        with self._lock:
            if key not in self._cache:
                endpoint = self.endpoints.get(service, self.endpoint)
                self._cache[key] = make_client(service, region, endpoint, credentials)
            return self._cache[key]
