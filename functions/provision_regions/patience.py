"""Retrying what is worth retrying, and stopping before Lambda does."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from botocore.exceptions import ClientError

from crosscheck.errors import CrosscheckError

# The SDK repeats a throttled call four times by itself; S3's OperationAborted ("a conflicting operation is in
# progress", for instance after the same bucket was deleted) and longer throttling are left to us.
TRANSIENT = frozenset(
    {
        "DependencyTimeoutException",
        "InternalError",
        "KMSInternalException",
        "OperationAborted",
        "RequestLimitExceeded",
        "ServiceUnavailable",
        "SlowDown",
        "Throttling",
        "ThrottlingException",
        "TooManyUpdates",
    }
)
FIRST_PAUSE = 0.5
LONGEST_PAUSE = 8.0
MARGIN_SECONDS = 60.0


class OutOfTimeError(CrosscheckError):
    """This run of the function ends before the work does."""


def code_of(error: ClientError) -> str:
    """AWS's name of the error."""
    return error.response.get("Error", {}).get("Code", "")


@dataclass(frozen=True)
class Deadline:
    """When to stop starting calls, so that there is time left to answer."""

    remaining: Callable[[], float]
    margin: float

    @property
    def left(self) -> float:
        """Seconds left for work; below zero where the time for the answer is already being used."""
        return self.remaining() - self.margin

    def check(self) -> None:
        """Raise OutOfTimeError where no time is left."""
        if self.left <= 0:
            raise OutOfTimeError("the function's time is used up")


def deadline_of(remaining: Callable[[], float]) -> Deadline:
    """A deadline a minute before the function's timeout; of a short timeout a fifth is kept for the answer."""
    return Deadline(remaining, min(MARGIN_SECONDS, remaining() / 5))


@dataclass(frozen=True)
class Patience:
    """Calls AWS; repeats what is transient, with full jitter, a bounded number of times and within the deadline."""

    deadline: Deadline
    sleep: Callable[[float], None] = time.sleep
    jitter: Callable[[float, float], float] = random.uniform
    attempts: int = 8
    transient: frozenset[str] = field(default=TRANSIENT, repr=False)

    def also(self, *codes: str) -> Patience:
        """A patience that repeats these errors, too."""
        return replace(self, transient=self.transient | set(codes))

    def __call__[**P, R](self, method: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        """Call the client's method.

        Raises:
            ClientError: AWS refuses it, or goes on answering "not now".
            OutOfTimeError: no time is left.
        """
        for attempt in range(self.attempts - 1):
            self.deadline.check()
            try:
                return method(*args, **kwargs)
            except ClientError as error:
                if code_of(error) not in self.transient:
                    raise
            self.pause(attempt)
        self.deadline.check()
        return method(*args, **kwargs)

    def pause(self, attempt: int) -> None:
        """Wait before the next attempt."""
        self.sleep(self.jitter(0, min(LONGEST_PAUSE, FIRST_PAUSE * 2**attempt)))
