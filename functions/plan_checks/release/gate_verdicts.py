"""What the gates have said of a region, from the ledger."""

from collections.abc import Collection, Mapping

from crosscheck.contracts.verdicts import Verdict, worst
from crosscheck.ledger.known_facts import KnownFacts


def gates_verdict(
    known: KnownFacts, stage: str, region: str, since: Mapping[str, float], over: Collection[str]
) -> Verdict | None:
    """The worst of the gates' last words on a region; None where one of them owes its word, unless another FAILed it.

    ``since`` tells, by the name of each gate that the definition holds, from when on its word counts, in epoch seconds.
    Nobody else is heard. ``over`` are those whose turn is over, or will not come.
    """
    spoken = {
        said.judge: said.judged.verdict
        for said in known.verdicts
        if (said.stage, said.judged.region) == (stage, region)
        and said.judge in since
        and said.final
        and said.at >= since[said.judge]
    }
    if not spoken:
        return None
    verdict = worst(spoken.values())
    return verdict if verdict is Verdict.FAIL or spoken.keys() >= set(over) else None
