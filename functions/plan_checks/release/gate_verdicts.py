"""What the gates have said of a region, from the ledger."""

from collections.abc import Mapping
from datetime import datetime

from crosscheck.contracts.verdicts import Verdict, worst
from crosscheck.ledger import facts
from crosscheck.ledger.table import Record


def gates_verdict(records: Mapping[str, Record], stage: str, region: str, since: Mapping[str, float]) -> Verdict | None:
    """The worst of the gates' last words on a region; None for none.

    ``since`` tells, in epoch seconds and by the judge's name, from when on its word counts; that of the empty name goes
    for every other judge.
    """
    own = facts.verdict_name(stage, region)
    spoken = [
        Verdict(record.latest["verdict"])
        for name, record in records.items()
        if name != own
        and facts.is_verdict_on(name, stage, region)
        and _counts(record.latest, since.get(name.removeprefix(f"{own}/"), since[""]))
    ]
    return worst(spoken) if spoken else None


def _counts(verdict: Mapping[str, object], since: float) -> bool:
    return bool(verdict.get("final")) and datetime.fromisoformat(str(verdict["at"])).timestamp() >= since
