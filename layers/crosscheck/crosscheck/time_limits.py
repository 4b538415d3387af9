"""Work with a time limit: a region that does not answer, or a call that hangs, must not cost the job its answer.

The thread of work that comes too late is left behind. It must end by itself: botocore's timeouts end a call to AWS.
"""

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor, wait

from crosscheck.errors import CrosscheckError

THREADS = 64


class OutOfTimeError(CrosscheckError):
    """The work did not end in time."""


def within[T](seconds: float, work: Callable[[], T]) -> T:
    """The result of the work.

    Raises:
        OutOfTimeError: it takes longer; whatever it raises itself comes out as it is.
    """
    results = all_within(seconds, {"": work})
    if not results:
        raise OutOfTimeError(f"not done within {seconds:.0f} seconds")
    return results[""]


def all_within[K, T](seconds: float, work: Mapping[K, Callable[[], T]]) -> Mapping[K, T]:
    """The results of what ended in time, each piece in a thread of its own; what raises, raises here."""
    executor = ThreadPoolExecutor(max_workers=min(THREADS, max(1, len(work))))
    futures = {key: executor.submit(piece) for key, piece in work.items()}
    done, _ = wait(futures.values(), timeout=max(0.0, seconds))
    executor.shutdown(wait=False, cancel_futures=True)
    return {key: future.result() for key, future in futures.items() if future in done}
