"""How the work of a request ended in its regions, and what the request comes to."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from crosscheck.errors import CrosscheckError
from crosscheck.time_limits import OutOfTimeError
from provision_regions.aws_error_text import describe

MAX_RUNS = 3  # Lambda repeats an asynchronous invocation that fails twice


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
