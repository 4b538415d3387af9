import pytest
from botocore.exceptions import ClientError

from crosscheck.time_limits import OutOfTimeError
from provision_regions.retry import FRESH_SECONDS, LONGEST_PAUSE, Deadline, Retrying, deadline_of
from tests.fakes.regions.errors import refusal
from tests.fakes.regions.world import SCP


def test_f28_full_jitter_is_bounded() -> None:
    bounds: list[float] = []
    asleep: list[float] = []

    def jitter(low: float, high: float) -> float:
        bounds.append(high)
        return high

    def refuse() -> None:
        raise refusal("OperationAborted")

    with pytest.raises(ClientError):
        Retrying(Deadline(lambda: 900, 60), asleep.append, jitter)(refuse)
    assert bounds == asleep
    assert bounds == [0.5, 1, 2, 4, 8, 8, 8]
    assert max(bounds) <= LONGEST_PAUSE


def test_what_is_not_transient_is_not_repeated() -> None:
    calls: list[int] = []

    def refuse() -> None:
        calls.append(1)
        raise refusal("ValidationException")

    with pytest.raises(ClientError):
        Retrying(Deadline(lambda: 900, 60), lambda seconds: None)(refuse)
    assert len(calls) == 1


@pytest.mark.parametrize(("seconds", "bound"), [(None, 90), (FRESH_SECONDS, 300), (0, 0)])
def test_a_denial_that_may_pass_is_repeated_for_a_bounded_time(seconds: float | None, bound: float) -> None:
    asleep: list[float] = []

    def refuse() -> None:
        raise refusal("AccessDeniedException", "no identity-based policy allows the kms:EnableKeyRotation action")

    retrying = Retrying(Deadline(lambda: 900, 60), asleep.append)
    with pytest.raises(ClientError):
        (retrying if seconds is None else retrying.tolerating_denials(seconds))(refuse)
    assert sum(asleep) == bound


def test_a_role_that_is_not_known_yet_is_waited_for_longer_than_a_minute() -> None:
    asleep: list[float] = []

    def refuse() -> None:
        raise refusal("ValidationException", "Provided role cannot be assumed by principal events.amazonaws.com")

    with pytest.raises(ClientError):
        Retrying(Deadline(lambda: 900, 60), asleep.append).awaiting_roles("ValidationException")(refuse)
    assert sum(asleep) > 60


def test_f30_an_explicit_deny_is_never_repeated() -> None:
    calls: list[int] = []

    def refuse() -> None:
        calls.append(1)
        raise refusal("AccessDenied", SCP.format(operation="s3:CreateBucket"))

    with pytest.raises(ClientError):
        Retrying(Deadline(lambda: 900, 60), lambda seconds: None).tolerating_denials(FRESH_SECONDS)(refuse)
    assert len(calls) == 1


def test_a_denial_is_not_repeated_beyond_the_deadline() -> None:
    left = iter([100.0, 95.0, 60.0])

    def refuse() -> None:
        raise refusal("AccessDenied")

    with pytest.raises(OutOfTimeError):
        Retrying(Deadline(lambda: next(left), 60), lambda seconds: None)(refuse)


def test_no_call_begins_when_time_is_up() -> None:
    with pytest.raises(OutOfTimeError):
        Retrying(Deadline(lambda: 60, 60))(lambda: pytest.fail("called"))


def test_a_short_timeout_keeps_a_fifth_for_the_answer() -> None:
    assert deadline_of(lambda: 900).margin == 60
    assert deadline_of(lambda: 30).margin == 6
