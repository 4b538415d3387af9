"""What a request comes to when its regions have ended in different ways."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from crosscheck.errors import CrosscheckError
from crosscheck.time_limits import OutOfTimeError
from provision_regions.aws_error_text import describe

MAX_RUNS = 3  # Lambda delivers an asynchronous invocation that fails twice more


@dataclass(frozen=True)
class RegionResults[T]:
    """How the work ended, by region: done, failed for good, or not finished within this run's time."""

    done: Mapping[str, T]
    failed: Mapping[str, Exception]
    late: tuple[str, ...]


class RegionsFailedError(CrosscheckError):
    """Some regions failed; the text names each with its reason."""


class UnfinishedError(CrosscheckError):
    """All is well but not done: raised out of the function, so that Lambda delivers the request again."""


def require_all[T](ends: RegionResults[T], run: int) -> None:
    """Go on only where every region is done.

    Raises:
        RegionsFailedError: a region failed for good, or the last run was not enough.
        UnfinishedError: regions need more time, and another run follows this one.
    """
    problems = [describe(region, error) for region, error in ends.failed.items()]
    if ends.late and not problems and run < MAX_RUNS:
        raise UnfinishedError(f"run {run} of {MAX_RUNS} is over; left: {', '.join(ends.late)}")
    if ends.late:
        problems.append(f"not finished in {run} runs of the function, left: {', '.join(ends.late)}")
    raise_problems(problems)


@contextmanager
def within_runs(run: int) -> Iterator[None]:
    """What does not finish in this run is for the next one; in the last run it is a failure."""
    try:
        yield
    except OutOfTimeError as error:
        if run < MAX_RUNS:
            raise UnfinishedError(f"run {run} of {MAX_RUNS} is over; left: the parameters") from error
        raise RegionsFailedError(f"not finished in {run} runs of the function, left: the parameters") from error


def raise_problems(problems: Iterable[str]) -> None:
    """Raise RegionsFailedError where there are problems."""
    text = "; ".join(problems)
    if text:
        raise RegionsFailedError(text)
