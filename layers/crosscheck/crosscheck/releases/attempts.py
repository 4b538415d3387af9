"""Which attempt at a stage is the latest one."""

from collections.abc import Mapping

from crosscheck.ledger import facts
from crosscheck.ledger.table import Record


def attempt_of(records: Mapping[str, Record], stage: str) -> int:
    """The latest attempt at a stage that an event told of, -1 where none did."""
    record = records.get(facts.stage(stage))
    return int(record.latest["attempt"]) if record and record.latest else -1
