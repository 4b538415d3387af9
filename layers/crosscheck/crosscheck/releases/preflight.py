"""What was wrong before anything was deployed: in a region, or with the plan itself."""

from collections.abc import Iterator

from crosscheck.contracts.verdicts import Finding, Verdict
from crosscheck.ledger.known_facts import KnownFacts
from crosscheck.releases.model import Concern

THE_PLAN = "plan"


def preflight(known: KnownFacts) -> tuple[Concern, ...]:
    """What a person should know: the severe ones first, then the plan's, then region by region; each once."""
    seen = [*_of_the_plan(known), *_of_the_regions(known)]
    return tuple(sorted(dict.fromkeys(seen), key=lambda concern: not concern.severe))


def _of_the_plan(known: KnownFacts) -> Iterator[Concern]:
    if known.plan_problem:
        yield Concern(THE_PLAN, known.plan_problem.problem, severe=False)


def _of_the_regions(known: KnownFacts) -> Iterator[Concern]:
    for preflight in known.preflights:
        for finding in preflight.judged.findings:
            yield from _of_the_finding(preflight.judged.region, finding)


def _of_the_finding(region: str, finding: Finding) -> Iterator[Concern]:
    match finding.verdict:
        case Verdict.FAIL:
            yield Concern(region, finding.reason, severe=True)
        case Verdict.INCONCLUSIVE:
            yield Concern(region, finding.reason, severe=False)
        case Verdict.PASS | Verdict.PENDING:
            pass
    if finding.warning:
        yield Concern(region, finding.warning, severe=False)
