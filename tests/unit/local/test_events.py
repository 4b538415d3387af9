"""The faults of events as ``POST /events`` takes them."""

from typing import Any

import pytest

from local.events import EventFaults


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
