"""What the gates have said of a region, from the ledger."""

from collections.abc import Mapping

from crosscheck.contracts.verdicts import Verdict, worst
from crosscheck.ledger.known_facts import KnownFacts


def gates_verdict(known: KnownFacts, stage: str, region: str, since: Mapping[str, float]) -> Verdict | None:
    """The worst of the gates' last words on a region; None for none.

    ``since`` tells, by the name of each gate that the definition holds, from when on its word counts, in epoch seconds.
    Nobody else is heard.
    """
    spoken = [
        said.judged.verdict
        for said in known.verdicts
        if (said.stage, said.judged.region) == (stage, region)
        and said.judge in since
        and said.final
        and said.at >= since[said.judge]
    ]
    return worst(spoken) if spoken else None
