"""How long and how often the regions of a finished stage are looked at."""

from crosscheck.verification.engine import Limits
from crosscheck.verification.item import (
    CONFIRMED_FAILURES,
    LONGEST_WAIT,
    OBSERVE_SECONDS,
    ROLLBACK_SECONDS,
    UNKNOWN_LOOKS,
)

# An execution of the state machine holds 25,000 history events, and its regions share them. A look costs 9 of them:
# entering and leaving three states, and the task's three. What the rest is for: first looks, which are frequent, the
# verification of a rollback, and throttled calls.
# https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html
EVENTS_OF_A_LOOK = 9
EVENTS_FOR_LOOKS = 12_000

# A region is observed for a minute at least, and a failure is confirmed; above that, as the plan says.
LEAST = Limits(
    soak=OBSERVE_SECONDS,
    failures=CONFIRMED_FAILURES,
    unknown_looks=UNKNOWN_LOOKS,
)


def longest_wait(limits: Limits, regions: int) -> float:
    """The longest wait between two looks, in seconds: the longer, the more regions are looked at and for the longer."""
    seconds = limits.deadline + limits.soak + ROLLBACK_SECONDS
    return max(LONGEST_WAIT, seconds * regions * EVENTS_OF_A_LOOK / EVENTS_FOR_LOOKS)
