"""What Crosscheck's own rollback replaced: a look sees something later there, which is nobody else's doing."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from crosscheck.contracts.check import PlannedCheck
from crosscheck.ledger.known_facts import KnownFacts
from crosscheck.ledger.rollback_facts import RollbackProgress
from crosscheck.ledger.subjects import Subject
from crosscheck.ledger.table import Ledger
from crosscheck.verification.attribution import CheckResult


def read_rollbacks(ledger: Ledger, release: Subject) -> KnownFacts:
    """What became of taking back what a release brought.

    Raises:
        ClientError, BotoCoreError: the ledger is out of reach.
    """
    return KnownFacts(ledger.read(release, f"{RollbackProgress.name}/"))


def with_rollbacks(
    results: Iterable[CheckResult], checks: Sequence[PlannedCheck], stage: str, known: KnownFacts
) -> list[CheckResult]:
    """The results of a look at a stage, each with the rollback of what its action's latest run had brought: a retry may
    repeat one of a region's actions, and not another one."""
    began = {check.id: check.deployed.started for check in checks if check.run}
    return [
        replace(each, taken_back=_taken_back(known.rollback(stage, each.region), began[each.check]))
        if each.check in began
        else each
        for each in results
    ]


def _taken_back(rollback: RollbackProgress | None, began: float) -> str:
    return rollback.reason if rollback and rollback.replaces and rollback.at > began else ""
