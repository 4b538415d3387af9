"""What an event means: a fact of a subject, and perhaps a verification to start."""

from collections.abc import Mapping
from dataclasses import dataclass

from crosscheck.ledger.subjects import LedgerKey
from crosscheck.ledger.table import Fact


@dataclass(frozen=True)
class Verification:
    """An execution of the state machine, named and fed the same on every delivery of its event."""

    name: str
    input: Mapping[str, str]


@dataclass(frozen=True)
class Change:
    """An event in the ledger's terms. ``notify_card``: whether its card is told right away."""

    event_id: str
    subject: LedgerKey
    fact: Fact
    verification: Verification | None = None
    notify_card: bool = True
