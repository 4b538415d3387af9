"""What the gates have said of a region, from the ledger."""

from collections.abc import Mapping

from crosscheck.contracts.verdicts import Verdict, worst
from crosscheck.ledger.known_facts import KnownFacts


def gates_verdict(known: KnownFacts, stage: str, region: str, since: Mapping[str, float]) -> Verdict | None:
    """The worst of the gates' last words on a region; None for none.

    ``since`` tells, in epoch seconds and by the judge's name, from when on its word counts; that of the empty name goes
    for every other judge.
    """
    spoken = [
        said.judged.verdict
        for said in known.verdicts_on(stage, region)
        if said.judge and said.final and said.at >= since.get(said.judge, since[""])
    ]
    return worst(spoken) if spoken else None
