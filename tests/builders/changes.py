"""What events mean, for tests whose events always mean something."""

from crosscheck.events.changes import Change
from crosscheck.events.changes import parse as parse_event


def parse(event: object) -> Change:
    """The change of an event that has one."""
    change = parse_event(event)
    assert change is not None
    return change
