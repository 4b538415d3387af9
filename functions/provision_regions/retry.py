"""Repeats calls that may succeed later, and stops before Lambda stops the function."""

import random
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from itertools import repeat
from typing import Self

from botocore.exceptions import ClientError

from crosscheck.aws_errors import code, denied, message
from crosscheck.time_limits import OutOfTimeError

# The SDK itself repeats a throttled call four times. It does not repeat S3's OperationAborted ("a conflicting operation
# is in progress", for instance after the same bucket was deleted), and throttling may last longer.
TRANSIENT = frozenset(
    {
        "DependencyTimeoutException",
        "InternalError",
        "InternalException",
        "InternalServerError",
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
# A changed role may take a minute and longer until every region knows it. New resources need longer: KMS may take five
# minutes to respect a key's tag, https://docs.aws.amazon.com/kms/latest/developerguide/abac.html
DENIED_PAUSE = 5.0
FRESH_ROLE_SECONDS = 90.0
FRESH_SECONDS = 300.0


@dataclass(frozen=True)
class Deadline:
    """When to stop starting calls, so that time is left for the answer."""

    remaining: Callable[[], float]
    margin: float

    @property
    def left(self) -> float:
        """Seconds left for work; negative if the time for the answer is being used already."""
        return self.remaining() - self.margin

    def check(self) -> None:
        """Raise OutOfTimeError if no time is left."""
        if self.left <= 0:
            raise OutOfTimeError("the function's time is used up")


def deadline_of(remaining: Callable[[], float]) -> Deadline:
    """A deadline one minute before the function's timeout, or a fifth of the remaining time if that is less."""
    return Deadline(remaining, min(MARGIN_SECONDS, remaining() / 5))


@dataclass(frozen=True)
class Retrying:
    """Calls AWS, and repeats transient errors with full jitter, a bounded number of times and within the deadline.

    A call whose denial may be temporary is repeated for ``denied_seconds``, and so is one that fails with a code of
    ``spreading``: a change of IAM is not known there yet. ``require`` is asked before every call, and raises where none
    may be made any more.
    """

    deadline: Deadline
    sleep: Callable[[float], None] = time.sleep
    jitter: Callable[[float, float], float] = random.uniform
    clock: Callable[[], float] = time.monotonic
    require: Callable[[], None] = lambda: None
    attempts: int = 8
    denied_seconds: float = FRESH_ROLE_SECONDS
    transient: frozenset[str] = field(default=TRANSIENT, repr=False)
    spreading: frozenset[str] = field(default=frozenset(), repr=False)

    def also_on(self, *codes: str) -> Self:
        """The same, but it repeats these errors, too."""
        return replace(self, transient=self.transient | set(codes))

    def awaiting_roles(self, *codes: str) -> Self:
        """The same, but it takes these errors for a role that is not known everywhere yet."""
        return replace(self, spreading=self.spreading | set(codes))

    def requiring(self, require: Callable[[], None]) -> Self:
        """The same, but it asks this before every call."""
        return replace(self, require=require)

    def tolerating_denials(self, seconds: float) -> Self:
        """The same, but it repeats denied calls for so many seconds; with 0 it repeats none."""
        return replace(self, denied_seconds=seconds)

    def __call__[**P, R](self, method: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        """Call the client's method.

        Raises:
            ClientError: AWS refuses the call, or every repetition failed.
            OutOfTimeError: no time is left.
        """
        backoffs = map(self._backoff, range(self.attempts - 1))
        denials = repeat(DENIED_PAUSE, int(self.denied_seconds / DENIED_PAUSE))
        while True:  # until both are used up
            self.deadline.check()
            self.require()
            try:
                return method(*args, **kwargs)
            except ClientError as error:
                pause = self._pause_after(error, backoffs, denials)
                if pause is None:
                    raise
            self.sleep(pause)

    def pause(self, attempt: int) -> None:
        """Wait before the next attempt."""
        self.sleep(self._backoff(attempt))

    def _pause_after(self, error: ClientError, backoffs: Iterator[float], denials: Iterator[float]) -> float | None:
        """The seconds to wait before the call is repeated; None if it is not."""
        if code(error) in self.transient:
            return next(backoffs, None)
        # A denied right may not be known everywhere yet, but an explicit deny is final. Only AWS's message says that:
        # https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html
        passing = denied(error) and "explicit deny" not in message(error)
        return next(denials, None) if passing or code(error) in self.spreading else None

    def _backoff(self, attempt: int) -> float:
        return self.jitter(0, min(LONGEST_PAUSE, FIRST_PAUSE * 2**attempt))
