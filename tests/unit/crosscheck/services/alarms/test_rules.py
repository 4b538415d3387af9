"""How alarms are counted and named."""

from __future__ import annotations

import pytest

from crosscheck.services.alarms.alarms import Alarm
from crosscheck.services.alarms.rules import SHOWN, changed_since, judge_alarms

SINCE = 1_000.0


def _alarms(count: int, changed: float) -> list[Alarm]:
    return [Alarm(f"a{number}", "ALARM", changed) for number in range(count)]


@pytest.mark.parametrize(("count", "words"), [(SHOWN, "a4 in ALARM"), (SHOWN + 1, "and 1 more")])
def test_alarms_that_went_off_are_named_up_to_a_number(count: int, words: str) -> None:
    alarms = _alarms(count, SINCE + 1)
    reason = judge_alarms(alarms, SINCE, {alarm.name: "OK" for alarm in alarms}).reason
    assert words in reason
    assert ("more" in reason) is (count > SHOWN)


@pytest.mark.parametrize(
    ("count", "words"),
    [
        (1, "a0 was in ALARM before the release and is not counted"),
        (SHOWN, "a0, a1, a2, a3, a4 were in ALARM before the release and are not counted"),
        (SHOWN + 1, "a0, a1, a2, a3, a4, 1 more were in ALARM before the release and are not counted"),
    ],
)
def test_alarms_that_do_not_count_are_named_up_to_a_number(count: int, words: str) -> None:
    assert judge_alarms(_alarms(count, SINCE - 1), SINCE, {}).reason.endswith(words)


def test_an_alarm_of_which_nobody_knows_since_when_may_have_changed() -> None:
    [unknown], [early] = _alarms(1, 0.0), _alarms(1, 0.5)
    assert changed_since([unknown, early], SINCE) == [unknown]
