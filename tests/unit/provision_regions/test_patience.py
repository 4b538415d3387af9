import pytest
from botocore.exceptions import ClientError

from provision_regions.patience import LONGEST_PAUSE, Deadline, OutOfTimeError, Patience, deadline_of
from tests.fakes.regions.errors import refusal


def test_f28_full_jitter_is_bounded() -> None:
    bounds: list[float] = []
    asleep: list[float] = []

    def jitter(low: float, high: float) -> float:
        bounds.append(high)
        return high

    def refuse() -> None:
        raise refusal("OperationAborted")

    with pytest.raises(ClientError):
        Patience(Deadline(lambda: 900, 60), asleep.append, jitter)(refuse)
    assert bounds == asleep
    assert bounds == [0.5, 1, 2, 4, 8, 8, 8]
    assert max(bounds) <= LONGEST_PAUSE


def test_what_is_not_transient_is_not_repeated() -> None:
    calls: list[int] = []

    def refuse() -> None:
        calls.append(1)
        raise refusal("AccessDenied")

    with pytest.raises(ClientError):
        Patience(Deadline(lambda: 900, 60), lambda seconds: None)(refuse)
    assert len(calls) == 1


def test_no_call_begins_when_time_is_up() -> None:
    with pytest.raises(OutOfTimeError):
        Patience(Deadline(lambda: 60, 60))(lambda: pytest.fail("called"))


def test_a_short_timeout_keeps_a_fifth_for_the_answer() -> None:
    assert deadline_of(lambda: 900).margin == 60
    assert deadline_of(lambda: 30).margin == 6
