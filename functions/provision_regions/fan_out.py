"""The same work in many regions at once, each region's end told apart from the others'."""

from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor, wait

from aws_lambda_powertools import Logger
from botocore.exceptions import BotoCoreError, ClientError

from crosscheck.errors import CrosscheckError
from provision_regions.region_results import RegionResults
from provision_regions.retry import Deadline, OutOfTimeError

MAX_THREADS = 40

logger = Logger(child=True)


def each_region[T](regions: Iterable[str], work: Callable[[str], T], deadline: Deadline) -> RegionResults[T]:
    """Do the work in every region, in threads, and wait no longer than the deadline.

    A call that hangs in one region is left behind: its thread stops at its next step, because every step asks
    the deadline first.
    """
    wanted = tuple(regions)
    pool = ThreadPoolExecutor(max_workers=min(MAX_THREADS, max(1, len(wanted))), thread_name_prefix="region")
    try:
        futures = {region: pool.submit(work, region) for region in wanted}
        wait(futures.values(), timeout=max(0.0, deadline.left))
        return _ends(futures)
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


def _ends[T](futures: Mapping[str, Future[T]]) -> RegionResults[T]:
    done: dict[str, T] = {}
    failed: dict[str, Exception] = {}
    late: list[str] = []
    for region, future in futures.items():
        error = future.exception() if future.done() else OutOfTimeError("still at work")
        if isinstance(error, OutOfTimeError):
            late.append(region)
        elif isinstance(error, Exception):
            failed[region] = error
            if not isinstance(error, CrosscheckError | ClientError | BotoCoreError):  # a mistake of ours
                logger.error("region failed", region=region, exc_info=error)
        else:
            done[region] = future.result()  # raises what is no Exception: the process is being stopped
    return RegionResults(done, failed, tuple(late))
