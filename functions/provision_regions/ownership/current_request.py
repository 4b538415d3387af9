"""Which request a resource is at: the newest one that came, and which run of it this is.

Where another resource of the stack fails, CloudFormation gives up waiting and sends the rollback's request at once,
while the function goes on with the one before. Nothing tells that one to stop. So every request writes its id into a
parameter first, and before AWS is asked for anything, the parameter is asked whether the request is still the one.
https://github.com/aws-cloudformation/cloudformation-coverage-roadmap/issues/1730
"""

import math
import threading
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace

from crosscheck.errors import CrosscheckError
from crosscheck.json_documents import read
from provision_regions.context import ProviderContext
from provision_regions.custom_resource.request import Request
from provision_regions.ownership.names import names_for
from provision_regions.ownership.owned_parameters import ResourceRecord

CURRENT = "CurrentRequest"  # has capitals, so it is never the prefix of a store
LOOK_SECONDS = 1.0
# What was at work when the next request came has seen that by then, and the call that it was in has ended.
SETTLE_SECONDS = 10.0
KEPT = 8  # replaced requests; Lambda delivers one again within minutes


class ReplacedError(CrosscheckError):
    """CloudFormation has sent another request for the resource since. Nobody waits for the answer to this one."""


@dataclass(frozen=True)
class RecordedRequest:
    """The content of the parameter. ``replaced`` are the requests before, the last one at the end."""

    request: str = ""
    runs: int = 0
    finished: bool = False
    replaced: tuple[str, ...] = ()

    def begun(self, request: str) -> "RecordedRequest":
        """One more run of this request.

        Raises:
            ReplacedError: it was replaced, and Lambda has delivered it again.
        """
        if request in self.replaced:
            raise ReplacedError("a later request has replaced this one already")
        if request == self.request:
            return replace(self, runs=self.runs + 1, finished=False)
        before = (*self.replaced, self.request)[-KEPT:] if self.request else ()
        return RecordedRequest(request, runs=1, replaced=before)


class CurrentRequest(ResourceRecord):
    """The parameter of one resource, while one request is served.

    There is none where no request ever came, and none after a Delete.
    """

    def __init__(self, request: Request, context: ProviderContext) -> None:
        super().__init__(context, names_for(request, context, CURRENT))
        self._request = request
        self._lock = threading.Lock()
        self._clock = context.retrying.clock
        self._begun = RecordedRequest()
        self._looked = -math.inf

    def begin(self, confirm: Callable[[], None]) -> int:
        """Make this request the current one, if CloudFormation confirms it; returns which of its runs this is.

        It waits where another one may still be at work.

        Raises:
            ReplacedError: another one came after it; and whatever ``confirm`` raises. Nothing was written.
        """
        before = self._read()
        self._begun = begun = before.begun(self._request.request_id)
        confirm()  # last, so that nobody comes between this and the write
        self._write(begun)
        self._looked = self._clock()
        if before.request != begun.request and before.request and not before.finished:
            self._call.sleep(SETTLE_SECONDS)
            if self._read().request == before.request:  # it wrote once more, before it saw ours
                self._write(begun)
        return begun.runs

    def require(self) -> None:
        """Return if this request is still the current one. What was seen a moment ago is not asked again.

        Raises:
            ReplacedError: it is not; nothing may be changed for it any more.
        """
        with self._lock:
            if self._clock() - self._looked < LOOK_SECONDS:
                return
            if self._read().request != self._begun.request:
                raise ReplacedError("CloudFormation has sent another request for this resource")
            self._looked = self._clock()

    def finish(self) -> None:
        """Record that this request is done. After a Delete nothing is left to record.

        Raises:
            ReplacedError: it is not the current one any more.
        """
        if self._request.type == "Delete":
            self.remove()
        else:
            self.require()
            self._write(replace(self._begun, finished=True))

    def _read(self) -> RecordedRequest:
        return read(RecordedRequest, self._load(), f"the record {self._names.record}")

    def _write(self, recorded: RecordedRequest) -> None:
        self._save(asdict(recorded))
