"""What Crosscheck's own rollback replaced: a look sees something later there, which is nobody else's doing."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from crosscheck.contracts.check import PlannedCheck
from crosscheck.contracts.verdicts import RegionVerdict, Verdict
from crosscheck.ledger.known_facts import KnownFacts
from crosscheck.ledger.rollback_facts import RollbackProgress
from crosscheck.ledger.subjects import Subject
from crosscheck.ledger.table import Ledger
from crosscheck.pipelines.runs import ActionRun
from crosscheck.verification.attribution import CheckResult


def read_rollbacks(ledger: Ledger, release: Subject) -> KnownFacts:
    """What is known of a release: what became of taking back what it brought, and the attempts of its actions.

    Raises:
        ClientError, BotoCoreError: the ledger is out of reach.
    """
    return KnownFacts(ledger.read(release))


def with_rollbacks(
    results: Iterable[CheckResult], checks: Sequence[PlannedCheck], stage: str, known: KnownFacts
) -> list[CheckResult]:
    """The results of a look at a stage, each with the rollback of what its action's latest run had brought: a retry may
    repeat one of a region's actions, and not another one."""
    ran = {check.id: check.run for check in checks if check.run}
    return [
        replace(each, taken_back=_words(own_rollback(known, stage, each.region, ran[each.check])))
        if each.check in ran
        else each
        for each in results
    ]


def still_standing(
    results: Iterable[CheckResult], checks: Sequence[PlannedCheck], stage: str, judge: str, known: KnownFacts
) -> Mapping[str, RegionVerdict]:
    """What this judge has to say again, by region: why it had failed the latest deployment there, before all of what it
    judges was taken back. By itself the next look could only say that it was taken back."""
    own = [each for each in results if not each.of_the_region]
    there = {each.region for each in own if not (each.finding.moved_on and each.taken_back)}
    said = (each for region in {each.region for each in own} - there for each in known.verdicts_on(stage, region))
    failed = (each for each in said if each.judge == judge and each.final and each.judged.verdict is Verdict.FAIL)
    standing = (each.judged for each in failed if each.at >= _began(checks, each.judged.region))
    return {judged.region: _replaced(judged) for judged in standing}


def _replaced(judged: RegionVerdict) -> RegionVerdict:
    """The verdict on what is not there any more: when it is said again tells nobody how long that had run."""
    return replace(judged, findings=tuple(replace(finding, moved_on=True) for finding in judged.findings))


def _began(checks: Iterable[PlannedCheck], region: str) -> float:
    return max(check.run.started for check in checks if check.run and check.region == region)


def own_rollback(known: KnownFacts, stage: str, region: str, run: ActionRun) -> RollbackProgress | None:
    """The rollback that replaced what an action's run brought to a region; None where none has.

    The rollback of an earlier attempt may end later than the action was repeated: it took nothing of that back.
    """
    rollback = known.rollback(stage, region)
    if rollback is None or not rollback.replaces or rollback.at <= run.started:
        return None
    attempts = [each.run.attempt for each in known.actions if (each.stage, each.action) == (run.stage, run.name)]
    return rollback if rollback.attempt >= max(attempts, default=0) else None


def _words(rollback: RollbackProgress | None) -> str:
    return rollback.reason if rollback else ""
