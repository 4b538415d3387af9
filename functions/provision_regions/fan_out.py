"""Does the same work in many regions at once, and keeps the regions' results apart."""

from collections.abc import Callable, Iterable
from functools import partial

from aws_lambda_powertools import Logger
from botocore.exceptions import BotoCoreError, ClientError

from crosscheck.errors import CrosscheckError
from crosscheck.time_limits import OutOfTimeError, all_within
from provision_regions.region_results import RegionResults
from provision_regions.retry import Deadline

logger = Logger(child=True)


def each_region[T](regions: Iterable[str], work: Callable[[str], T], deadline: Deadline) -> RegionResults[T]:
    """Do the work in every region, each in a thread, and wait no longer than the deadline.

    A thread whose call hangs is left behind. It stops at its next step, because every step asks the deadline first.
    """
    wanted = tuple(regions)
    ended = all_within(deadline.left, {region: partial(_attempt, work, region) for region in wanted})
    outcomes = {region: ended.get(region, OutOfTimeError("still at work")) for region in wanted}
    errors = {region: outcome for region, outcome in outcomes.items() if isinstance(outcome, Exception)}
    return RegionResults(
        done={region: outcome for region, outcome in outcomes.items() if not isinstance(outcome, Exception)},
        failed={region: error for region, error in errors.items() if not isinstance(error, OutOfTimeError)},
        late=tuple(region for region, error in errors.items() if isinstance(error, OutOfTimeError)),
    )


def _attempt[T](work: Callable[[str], T], region: str) -> T | Exception:
    try:
        return work(region)
    except Exception as error:
        if not isinstance(error, CrosscheckError | ClientError | BotoCoreError):  # a mistake of ours
            logger.exception("region failed", region=region)
        return error
