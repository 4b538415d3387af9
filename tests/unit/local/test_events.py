"""The faults of events as ``POST /events`` takes them."""

from typing import Any

import pytest

from local.events import EventFaults
from tests.unit.local.served import recorder


@pytest.mark.parametrize(
    ("faults", "reason"),
    [
        ({"shuffle": "yes"}, "shuffle must be true or false, not 'yes'"),
        ({"shuffle": 1}, "shuffle must be true or false, not 1"),
        ({"seed": "seven"}, "seed must be a whole number, not 'seven'"),
        ({"seed": 1.5}, "seed must be a whole number, not 1.5"),
        ({"seed": True}, "seed must be a whole number, not True"),
        ({"drop": 1.5}, "drop must be a number from 0 to 1, not 1.5"),
        ({"duplicate": True}, "duplicate must be a number from 0 to 1, not True"),
    ],
)
def test_what_is_no_fault_is_refused_by_name(faults: dict[str, Any], reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        EventFaults(**faults)


@pytest.mark.parametrize("faults", [{}, {"shuffle": True, "duplicate": 0.5, "drop": 0, "seed": 7}, {"drop": 1}])
def test_probabilities_a_choice_and_a_seed_are_taken(faults: dict[str, Any]) -> None:
    assert EventFaults(**faults) == EventFaults(**faults)


def test_what_is_held_back_comes_at_once_and_in_order() -> None:
    emitter, events = recorder()
    emitter.inject(EventFaults(hold=True))
    for number in range(3):
        emitter.emit("us-east-1", "aws.codepipeline", f"event {number}", [], {})
    emitter.inject(EventFaults(hold=True))
    assert events == []
    emitter.inject(EventFaults())
    assert [entry["DetailType"] for _, entry in events] == ["event 0", "event 1", "event 2"]
    emitter.emit("us-east-1", "aws.codepipeline", "event 3", [], {})
    assert len(events) == 4
