"""Does the same work in many regions at once: how it ended in each of them, and what the request comes to."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial

from aws_lambda_powertools import Logger
from botocore.exceptions import BotoCoreError, ClientError

from crosscheck.aws_errors import code, denied, message, region_not_enabled
from crosscheck.errors import CrosscheckError
from crosscheck.time_limits import OutOfTimeError, all_within
from provision_regions.ownership.current_request import ReplacedError
from provision_regions.retry import Deadline

MAX_RUNS = 3  # Lambda repeats an asynchronous invocation that fails twice
logger = Logger(child=True)


def describe(region: str, error: Exception) -> str:
    """One sentence with the region's name.

    It quotes AWS's message to its end, because "with an explicit deny in a service control policy" stands there.
    """
    if isinstance(error, CrosscheckError):
        return f"{region}: {error}"
    if not isinstance(error, ClientError):
        kind = "could not be reached" if isinstance(error, BotoCoreError) else "failed"
        return f"{region}: {kind}: {type(error).__name__}: {error}"
    said = f"{error.operation_name}: {code(error)}: {message(error)}"
    if region_not_enabled(error):
        return f"{region}: the region is not enabled for this account (Account settings, AWS Regions). {said}"
    return f"{region}: {'denied' if denied(error) else 'refused'}: {said}"


@dataclass(frozen=True)
class RegionResults[T]:
    """The regions' results: what is done, what failed for good, and what did not finish within this run's time."""

    done: Mapping[str, T]
    failed: Mapping[str, Exception]
    late: tuple[str, ...]


class RegionsFailedError(CrosscheckError):
    """Some regions failed. The text names each with its reason."""


class UnfinishedError(CrosscheckError):
    """Nothing failed, but the work is not done. It leaves the function, so that Lambda delivers the request again."""


def require_all[T](results: RegionResults[T], run: int) -> Mapping[str, T]:
    """What was done, by region, if every region is done.

    Raises:
        RegionsFailedError: a region failed for good, or the last run was not enough.
        UnfinishedError: regions need more time, and another run follows this one.
    """
    problems = [describe(region, error) for region, error in results.failed.items()]
    late = ", ".join(results.late)
    if late and not problems and run < MAX_RUNS:
        raise UnfinishedError(f"run {run} of {MAX_RUNS} is over; left: {late}")
    if late:
        problems.append(f"not finished in {run} runs of the function, left: {late}")
    raise_problems(problems)
    return results.done


@contextmanager
def within_runs(run: int) -> Iterator[None]:
    """Leave to the next run what does not finish in this one. In the last run it is a failure."""
    try:
        yield
    except OutOfTimeError:
        require_all(RegionResults[None]({}, {}, ("the parameters",)), run)


def raise_problems(problems: Iterable[str]) -> None:
    """Raise RegionsFailedError if there are problems."""
    text = "; ".join(problems)
    if text:
        raise RegionsFailedError(text)


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
    except ReplacedError:
        raise  # it is no region's failure: the whole request is over
    except Exception as error:
        if not isinstance(error, CrosscheckError | ClientError | BotoCoreError):  # a mistake of ours
            logger.exception("region failed", region=region)
        return error
