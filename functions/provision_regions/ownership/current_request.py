"""Which request a resource is at: the newest one that came, and which run of it this is.

Where another resource of the stack fails, CloudFormation gives up waiting and sends the rollback's request at once,
while the function goes on with the one before. Nothing tells that one to stop. So every request writes its id into a
parameter first, and before AWS is asked for anything, the parameter is asked whether the request is still the one.
https://github.com/aws-cloudformation/cloudformation-coverage-roadmap/issues/1730
"""

import hashlib
import json
import math
import threading
from collections.abc import Mapping
from dataclasses import dataclass, replace

from crosscheck.errors import CrosscheckError
from crosscheck.json_documents import read, write
from provision_regions.context import ProviderContext
from provision_regions.custom_resource.origin import RequestOrigin
from provision_regions.custom_resource.request import Request
from provision_regions.ownership.names import names_for
from provision_regions.ownership.owned_parameters import ResourceRecord

CURRENT = "CurrentRequest"  # has capitals, so it is never the prefix of a store
LOOK_SECONDS = 1.0
# What was at work when the next request came has seen that by then, and a usual call that it was in has ended.
SETTLE_SECONDS = 10.0
LOOKS = 4  # a parameter that was just written is not always seen at once: https://github.com/aws/aws-cdk-cli/pull/830
KEPT = 8  # replaced requests; Lambda delivers one again within minutes


class ReplacedError(CrosscheckError):
    """CloudFormation has sent another request for the resource since, or another run has done this Delete already."""


@dataclass(frozen=True)
class RecordedRequest:
    """The content of the parameter. ``undoes`` is the digest of the Update that the request rolls back, empty if it
    rolls none back; ``replaced`` are the requests before, the last one at the end. One that failed is not ``finished``.
    """

    request: str = ""
    runs: int = 0
    finished: bool = False
    undoes: str = ""
    replaced: tuple[str, ...] = ()

    def begun(self, request: Request, *, rolls_back: bool) -> "RecordedRequest":
        """One more run of this request; ``rolls_back`` says that its stack is being rolled back to before an update.

        Raises:
            ReplacedError: it was replaced, and Lambda has delivered it again, or so late that its rollback has begun.
        """
        if request.request_id in self.replaced:
            raise ReplacedError("a later request has replaced this one already")
        if request.request_id == self.request:
            return replace(self, runs=self.runs + 1, finished=False)
        if rolls_back and self.undoes == _digest(request.old_properties, request.properties):
            raise ReplacedError("CloudFormation is rolling this update back already")
        changed = request.properties != request.old_properties
        undoes = _digest(request.properties, request.old_properties) if rolls_back and changed else ""
        before = (*self.replaced, self.request)[-KEPT:] if self.request else ()
        return RecordedRequest(request.request_id, runs=1, undoes=undoes, replaced=before)


def _digest(old: Mapping[str, object], new: Mapping[str, object]) -> str:
    """Which update it is, as far as its properties tell."""
    return hashlib.sha256(json.dumps([old, new], sort_keys=True).encode()).hexdigest()[:16]


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

    def begin(self, origin: RequestOrigin) -> int:
        """Make this request the current one, if CloudFormation confirms it; returns which of its runs this is.

        It waits where another one may still be at work.

        Raises:
            ReplacedError: another one came after it; and whatever ``origin`` raises. Nothing was written.
        """
        before = self._read()
        rolls_back = self._request.type == "Update" and origin.stack_rolls_back()
        self._begun = begun = before.begun(self._request, rolls_back=rolls_back)
        origin.confirm()  # last, so that nobody comes between this and the write
        self._write(begun)
        self._looked = self._clock()
        if before.request != begun.request and before.request and not before.finished:
            self._call.sleep(SETTLE_SECONDS)
            if self._read().request == before.request:  # it wrote once more, before it saw ours
                self._write(begun)
        return begun.runs

    def require(self) -> None:
        """Return if this request is still the current one. What was seen a second ago is not asked again.

        Raises:
            ReplacedError: it is not; nothing may be changed for it any more.
        """
        with self._lock:
            if self._clock() - self._looked >= LOOK_SECONDS:
                self._require()
                self._looked = self._clock()

    def _require(self) -> None:
        for attempt in range(LOOKS):
            noted = self._read().request
            # A request that this one has replaced is what the note said before.
            if noted == self._begun.request or noted in self._begun.replaced:
                return
            self._call.pause(attempt)
        raise ReplacedError("CloudFormation has sent another request for this resource")

    def finish(self) -> None:
        """Record that this request is done. After a Delete nothing is left to record.

        Raises:
            ReplacedError: it is not the current one any more.
        """
        if self._request.type == "Delete":
            self._require()
            self.remove()
        else:
            self.require()
            self._write(replace(self._begun, finished=True))

    def _read(self) -> RecordedRequest:
        return read(RecordedRequest, self._load(), f"the record {self._names.record}", strict=False)

    def _write(self, recorded: RecordedRequest) -> None:
        self._save(write(recorded))
