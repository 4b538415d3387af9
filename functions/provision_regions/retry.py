"""Retrying what is worth retrying, and stopping before Lambda does."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from itertools import repeat

from botocore.exceptions import ClientError

from crosscheck.aws_errors import code, denied, message
from crosscheck.time_limits import OutOfTimeError

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
# IAM needs seconds to tell every region of a changed role. What was just made takes longer: a key's tag counts in
# KMS after up to five minutes, https://docs.aws.amazon.com/kms/latest/developerguide/abac.html
DENIED_PAUSE = 5.0
FRESH_ROLE_SECONDS = 30.0
FRESH_SECONDS = 300.0


def may_be_temporary(error: ClientError) -> bool:
    """Whether a denial may come from what is not known everywhere yet; a policy's explicit "no" is meant.

    That it is explicit, say of a service control policy, stands in AWS's message and nowhere else:
    https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html
    """
    return denied(error) and "explicit deny" not in message(error)


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
class Retrying:
    """Calls AWS; repeats what is transient, with full jitter, a bounded number of times and within the deadline.

    A denial that may pass is repeated for ``denied_seconds``.
    """

    deadline: Deadline
    sleep: Callable[[float], None] = time.sleep
    jitter: Callable[[float, float], float] = random.uniform
    attempts: int = 8
    denied_seconds: float = FRESH_ROLE_SECONDS
    transient: frozenset[str] = field(default=TRANSIENT, repr=False)

    def also_on(self, *codes: str) -> Retrying:
        """A retrying that repeats these errors, too."""
        return replace(self, transient=self.transient | set(codes))

    def tolerating_denials(self, seconds: float) -> Retrying:
        """A retrying that repeats what is denied for so long; 0 takes the first answer."""
        return replace(self, denied_seconds=seconds)

    def __call__[**P, R](self, method: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        """Call the client's method.

        Raises:
            ClientError: AWS refuses it, or goes on answering "not now".
            OutOfTimeError: no time is left.
        """
        backoffs = map(self._backoff, range(self.attempts - 1))
        denials = repeat(DENIED_PAUSE, int(self.denied_seconds / DENIED_PAUSE))
        while True:  # until both are used up
            self.deadline.check()
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
        """The seconds to wait before the call is repeated, None where it is not."""
        if code(error) in self.transient:
            return next(backoffs, None)
        return next(denials, None) if may_be_temporary(error) else None

    def _backoff(self, attempt: int) -> float:
        return self.jitter(0, min(LONGEST_PAUSE, FIRST_PAUSE * 2**attempt))
