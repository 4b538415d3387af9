"""What a person should know before anything is deployed, from the facts of a release."""

from collections.abc import Iterator

from crosscheck.contracts.verdicts import Verdict
from crosscheck.ledger.known_facts import KnownFacts
from crosscheck.releases.model import Concern

PLAN = "plan"


def concerns_of(known: KnownFacts) -> tuple[Concern, ...]:
    """Every text once, with all the places that it is about: first what breaks the release, then the remarks.

    A remark on a region that was told of the execution before is ``repeated``. What is wrong with the plan is not:
    until it is right, every release goes without checks that somebody asked for.
    """
    places: dict[tuple[str, bool], dict[str, None]] = {}
    for concern in _concerns(known):
        places.setdefault((concern.text, concern.severe), {})[concern.where] = None
    earlier = known.earlier_remarks
    concerns = (
        Concern(
            ", ".join(where),
            text,
            severe=severe,
            repeated=not severe and PLAN not in where and text in earlier,
            plan=PLAN in where,
        )
        for (text, severe), where in places.items()
    )
    return tuple(sorted(concerns, key=lambda concern: (not concern.severe, concern.repeated)))


def _concerns(known: KnownFacts) -> Iterator[Concern]:
    """The plan's, then region by region."""
    if known.plan_problem:
        yield Concern(PLAN, known.plan_problem.problem, severe=False)
    for region, finding in ((seen.judged.region, each) for seen in known.preflights for each in seen.judged.findings):
        if finding.verdict in {Verdict.FAIL, Verdict.INCONCLUSIVE}:
            yield Concern(region, finding.reason, severe=finding.verdict is Verdict.FAIL)
        if finding.warning:
            yield Concern(region, finding.warning, severe=False)
