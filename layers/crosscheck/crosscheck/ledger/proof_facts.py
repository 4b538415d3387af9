"""The facts about something that releases deploy to: what was proven there, what ran before any release, and what
releases have brought since."""

from dataclasses import dataclass, field

from crosscheck.ledger.stored_fact import StoredFact
from crosscheck.ledger.table import Fact, Order
from crosscheck.text import EXACT

# Later than any time in milliseconds that the ledger will see, and of as many digits.
_NEVER = 9_999_999_999_999


@dataclass(frozen=True)
class ProvenState(StoredFact):
    """What ran when everybody who judges it let a release pass.

    ``state`` is as the service's check names it among its ``baselines``; ``deployed`` is when the deploy action that
    brought it began, ``at`` when it was seen (epoch seconds), ``execution`` the key of the release. The state of the
    newest deployment prevails, in whichever order the verdicts arrive.
    """

    name = "proven"

    state: str = field(metadata=EXACT)
    execution: str
    deployed: float
    at: float

    def to_fact(self) -> Fact:
        """The fact."""
        return self.ordered(Order(int(self.deployed * 1000), 0, self.at, self.execution))


@dataclass(frozen=True)
class EarliestState(StoredFact):
    """What ran before the first release that the ledger saw there, empty where nobody saw it in time.

    ``at`` is when it was read, or when a release that was not proven began to deploy. The earliest prevails: what is
    read later may be what a release has brought that never passed.
    """

    name = "before"

    state: str = field(metadata=EXACT)
    at: float

    def to_fact(self) -> Fact:
        """The fact."""
        unknown = "" if self.state else "~"
        return self.ordered(Order(_NEVER - int(self.at * 1000), 0, 0.0, unknown or self.state))


@dataclass(frozen=True)
class BroughtState(StoredFact):
    """What a release had brought when its judge spoke the last word, whichever that was; empty where no look told it.

    ``deployed`` is when the deploy action that brought it began. ``at`` is when the word was spoken, or, where it was
    that something later has taken its place, when the action ended (epoch seconds): how long it ran is unknown.
    """

    name = "brought"
    place = ("execution",)

    execution: str
    state: str = field(metadata=EXACT)
    deployed: float
    at: float

    def to_fact(self) -> Fact:
        """The fact. The latest word of a release counts, and one that knows the state before one that does not."""
        return self.ordered(Order(int(self.deployed * 1000), int(bool(self.state)), self.at, self.state))
