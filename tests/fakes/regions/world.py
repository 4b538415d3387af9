"""The world that the fake clients ask: who calls, which regions are enabled, what goes wrong, when the process dies."""

import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, cast

from botocore.exceptions import ClientError

from crosscheck.clients import Clients
from tests.fakes.regions.errors import Killed, refusal
from tests.fakes.regions.kms import FakeKms
from tests.fakes.regions.s3 import FakeS3
from tests.fakes.regions.session import FakeSession
from tests.fakes.regions.ssm import FakeSsm
from tests.fakes.regions.stacks import FakeStacks

if TYPE_CHECKING:
    import boto3

ACCOUNT = "111122223333"
NOTED = "/CurrentRequest"
SCP = (
    "User: arn:aws:sts::111122223333:assumed-role/r/f is not authorized to perform: {operation} on resource: * with an "
)
SCP += "explicit deny in a service control policy"


@dataclass
class Fault:
    operation: str
    region: str
    error: ClientError
    times: int


@dataclass
class World:
    home_region: str = "us-east-1"
    account: str = ACCOUNT
    kill_after: int = 0
    disabled: set[str] = field(default_factory=set)
    journal: list[tuple[str, str, str, dict[str, Any]]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.s3 = FakeS3(self)
        self.kms = FakeKms(self)
        self.ssm = FakeSsm()
        self.stacks = FakeStacks()
        self.services: dict[str, Any] = {
            "s3": self.s3,
            "kms": self.kms,
            "ssm": self.ssm,
            "cloudformation": self.stacks,
        }
        self.before: Callable[[str, str], None] = lambda operation, region: None
        self._faults: list[Fault] = []
        self._lock = threading.RLock()
        self._calls = 0

    @property
    def clients(self) -> Clients:
        return Clients(cast("boto3.Session", FakeSession(self.home_region, self.call)))

    def fail(self, operation: str, region: str, error: ClientError, times: int = 10**6) -> None:
        self._faults.append(Fault(operation, region, error, times))

    def deny_by_scp(self, region: str, *operations: str) -> None:
        for operation in operations:
            code = "AccessDenied" if hasattr(self.s3, operation) else "AccessDeniedException"
            self.fail(operation, region, refusal(code, SCP.format(operation=operation), operation, 403))

    def revive(self) -> None:
        """A new process, in which nothing goes wrong."""
        self.kill_after, self._calls = 0, 0
        self._faults.clear()

    def called(self, operations: Iterable[str]) -> list[str]:
        wanted = set(operations)
        return [operation for _, _, operation, _ in self.journal if operation in wanted]

    @property
    def records(self) -> dict[str, str]:
        """What the home region's resources remember, besides the request that each of them is at."""
        values = self.ssm.values(self.home_region).items()
        return {name: value for name, value in values if "/_records/" in name and not name.endswith(NOTED)}

    @property
    def changes(self) -> list[str]:
        """The operations that changed, or would have changed, something, besides the note which request is served."""
        looking = ("Get", "List", "Describe", "Head")
        return [
            operation
            for _, _, operation, params in self.journal
            if not operation.startswith(looking)
            and not params.get("Name", "").endswith(NOTED)
            and not all(name.endswith(NOTED) for name in params.get("Names", ["-"]))
        ]

    def call(self, service: str, region: str, operation: str, params: dict[str, Any]) -> dict[str, Any]:
        self.before(operation, region)  # without the lock: it may run another request
        with self._lock:
            if self.kill_after and self._calls >= self.kill_after:
                raise Killed
            self._calls += 1
            self.journal.append((service, region, operation, params))
            try:
                return self._served(service, region, operation, params)
            finally:
                if self._calls == self.kill_after:
                    raise Killed

    def _served(self, service: str, region: str, operation: str, params: dict[str, Any]) -> dict[str, Any]:
        if region in self.disabled:
            code = "InvalidToken" if service == "s3" else "UnrecognizedClientException"
            raise refusal(code, "The security token included in the request is invalid.", operation, 403)
        for fault in self._faults:
            if fault.operation == operation and fault.region == region and fault.times > 0:
                fault.times -= 1
                raise fault.error
        return cast("dict[str, Any]", getattr(self.services[service], operation)(region, **params))
