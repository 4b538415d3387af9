"""What people take for passed: a check that they skipped counts as one that passed, and proves nothing."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from crosscheck.contracts.verdicts import Finding, Verdict
from crosscheck.ledger.decision_facts import SkippedCheck, check_id
from crosscheck.ledger.known_facts import KnownFacts
from crosscheck.ledger.subjects import Subject
from crosscheck.ledger.table import Ledger
from crosscheck.verification.attribution import CheckResult


def read_skips(ledger: Ledger, release: Subject, since: float) -> tuple[SkippedCheck, ...]:
    """The checks that people skipped since this judge began (epoch seconds): who begins anew asks anew.

    Raises:
        ClientError, BotoCoreError: the ledger is out of reach.
    """
    known = KnownFacts(ledger.read(release, f"{SkippedCheck.name}/"))
    return tuple(each for each in known.skipped if each.at >= since)


def honour(results: Iterable[CheckResult], stage: str, skips: Sequence[SkippedCheck]) -> list[CheckResult]:
    """The results of a look at a stage, with those that were skipped as passed."""
    said = {skip.check: skip for skip in skips}
    return [_honoured(each, said.get(_id(each, stage))) for each in results]


def _id(result: CheckResult, stage: str) -> str:
    return check_id(stage, result.region, result.finding.kind, result.finding.target)


def _honoured(result: CheckResult, skip: SkippedCheck | None) -> CheckResult:
    finding = result.finding
    if skip is None or finding.verdict is Verdict.PASS or finding.moved_on:
        return result  # what is of a later deployment, nobody can take for passed here
    return replace(result, finding=_passed(finding, skip))


def _passed(finding: Finding, skip: SkippedCheck) -> Finding:
    return replace(
        finding,
        verdict=Verdict.PASS,
        reason=f"{finding.kind} skipped by a person: {skip.reason}; last seen: {finding.reason}",
        waits=False,
        skipped=True,
    )
