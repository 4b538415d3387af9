"""What was wrong before anything was deployed: in a region, or with the plan itself."""

from collections.abc import Iterator, Mapping
from typing import Any

from crosscheck.contracts.verdicts import Verdict
from crosscheck.ledger import facts
from crosscheck.ledger.table import Record
from crosscheck.releases.model import Concern

THE_PLAN = "plan"


def preflight(records: Mapping[str, Record]) -> tuple[Concern, ...]:
    """What a person should know: the severe ones first, then the plan's, then region by region; each once."""
    seen = [*_of_the_plan(records), *_of_the_regions(records)]
    return tuple(sorted(dict.fromkeys(seen), key=lambda concern: not concern.severe))


def _of_the_plan(records: Mapping[str, Record]) -> Iterator[Concern]:
    plan = records.get(facts.PLAN)
    problem = plan.latest.get("problem", "") if plan else ""
    if problem:
        yield Concern(THE_PLAN, problem, severe=False)


def _of_the_regions(records: Mapping[str, Record]) -> Iterator[Concern]:
    for name, record in sorted(records.items()):
        if name.startswith(facts.PREFLIGHTS):
            for finding in record.latest.get("findings", []):
                yield from _of_the_finding(record.latest["region"], finding)


def _of_the_finding(region: str, finding: Mapping[str, Any]) -> Iterator[Concern]:
    match Verdict(finding["verdict"]):
        case Verdict.FAIL:
            yield Concern(region, finding["reason"], severe=True)
        case Verdict.INCONCLUSIVE:
            yield Concern(region, finding["reason"], severe=False)
        case Verdict.PASS | Verdict.PENDING:
            pass
    warning = finding.get("warning", "")
    if warning:
        yield Concern(region, warning, severe=False)
