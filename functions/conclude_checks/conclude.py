"""Concluding a verification."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from crosscheck.contracts.verdicts import RegionVerdict, Verdict
from crosscheck.ledger.card_queue import CardQueue
from crosscheck.ledger.known_facts import KnownFacts
from crosscheck.ledger.rollback_facts import RollbackProgress
from crosscheck.ledger.states import RollbackState
from crosscheck.ledger.subjects import ImageSubject, parse_subject
from crosscheck.ledger.table import Fact, Ledger
from crosscheck.ledger.verdict_facts import JudgeVerdict
from crosscheck.releases.deployments import deployments
from crosscheck.size_limits import parse_json
from crosscheck.telemetry import count
from crosscheck.verification.item import Purpose, VerificationItem, parse_item

UNJUDGED = "the check itself failed; its log says why"
UNPLANNED = "the verification could not be planned; the log of plan_checks says why"
NOT_BEGUN = "it could not be begun; the log of roll_back says why"
UNPROVEN = "it was begun, and whether the region is back is not known: the check itself failed; its log says why"


@dataclass(frozen=True)
class ItemOutcome:
    """How one item ended: ``verdict`` is empty if its checks never answered, ``rolled_back`` is what came of its
    rollback, empty if nobody tried, and ``problem`` says why that could not be begun or proven."""

    item: VerificationItem
    verdict: str
    rolled_back: str = ""
    problem: str = ""


@dataclass(frozen=True)
class Conclusion:
    """Closes what is open, says what only goes back as a whole, and tells every card that shows the subject."""

    ledger: Ledger
    cards: CardQueue
    clock: Callable[[], float]

    def conclude(self, verified: Mapping[str, Any]) -> dict[str, Any]:
        """``{"passed", "failed", "unknown"}``, each a sorted list of regions, and ``"stages"``: the items of stages
        that can only be rolled back as a whole."""
        outcomes = [_outcome(*pair) for pair in zip(verified["regions"], verified["results"], strict=True)]
        for outcome in outcomes:
            for fact in self._open(outcome):
                self.ledger.merge(outcome.item.subject, fact)
        self._count_rollbacks(outcomes)
        self._tell(verified["subject"])
        return {
            "passed": _regions(outcomes, {Verdict.PASS}),
            "failed": _regions(outcomes, {Verdict.FAIL}),
            "unknown": _regions(outcomes, {"", Verdict.INCONCLUSIVE, Verdict.PENDING}),
            "stages": [stage.to_json() for stage in _whole_stages(outcomes)],
        }

    def unplanned(self, asked: Mapping[str, Any]) -> None:
        """Close the regions that wait for a verification which could not even be planned: they are unknown.

        ``asked`` is the state machine's input; of an image, or before anything was deployed, there is nothing to close.
        An image has no card before its regions are known: nothing would ever end it.
        """
        subject, stage = parse_subject(asked["subject"]), asked.get("stage", "")
        if not stage:
            return
        now = self.clock()
        if by := asked.get("rolled_back_by", ""):
            progress = RollbackProgress(
                stage,
                asked["region"],
                int(asked["attempt"]),
                RollbackState.FAILED,
                UNPLANNED,
                now,
                by=by,
                untouched=True,
            )
            self.ledger.merge(subject, progress.to_fact())
            self.cards.changed(subject, f"unplanned {stage} {now}")
            return
        for deployed, region in sorted(set(_waiting(KnownFacts(self.ledger.read(subject)), stage))):
            judged = RegionVerdict(region, Verdict.INCONCLUSIVE, UNPLANNED, ())
            self.ledger.merge(subject, JudgeVerdict(deployed, judged, now, final=True).to_fact(now))
        self.cards.changed(subject, f"unplanned {stage} {now}")

    def _open(self, outcome: ItemOutcome) -> list[Fact]:
        """A region whose checks never answered is unknown, and says so; a rollback that never began has failed."""
        item, now = outcome.item, self.clock()
        if outcome.problem:
            known = KnownFacts(self.ledger.read(item.subject))
            return [
                RollbackProgress(
                    item.stage,
                    region,
                    item.attempt,
                    RollbackState.FAILED,
                    outcome.problem,
                    now,
                    by=item.asked_by,
                    untouched=not outcome.rolled_back and not known.holder(item.claim),
                ).to_fact()
                for region in item.regions or (item.region,)
            ]
        if not outcome.verdict and item.purpose in {Purpose.IMAGE, Purpose.STAGE}:
            judged = RegionVerdict(item.region, Verdict.INCONCLUSIVE, UNJUDGED, ())
            return [JudgeVerdict(item.stage, judged, now, final=True).to_fact(item.since)]
        return []

    def _count_rollbacks(self, outcomes: Sequence[ItemOutcome]) -> None:
        """Count the regions that a rollback left as they were, or of which nobody knows; an alarm rings."""
        tried = [each.item for each in outcomes if each.problem or each.rolled_back]
        if not tried:
            return
        known = KnownFacts(self.ledger.read(tried[0].subject))
        failed = [
            region
            for item in tried
            for region in item.regions or (item.region,)
            if (end := known.rollback(item.stage, region))
            if end.state is RollbackState.FAILED and end.attempt == item.attempt
        ]
        if failed:
            count("RollbacksFailed", len(failed))

    def _tell(self, key: str) -> None:
        subject = parse_subject(key)
        cause = f"concluded {key} {self.clock()}"
        self.cards.changed(subject, cause)
        if isinstance(subject, ImageSubject):
            for release in KnownFacts(self.ledger.read(subject)).deployed_by:
                self.cards.changed(release, cause)


def _waiting(known: KnownFacts, finished: str) -> Iterator[tuple[str, str]]:
    """The stages and regions that the end of a stage would have judged: its own, and those that gates in it verify."""
    for deployment in deployments(known):
        place = (deployment.stage, deployment.region)
        spoken = any(verdict.final for verdict in known.verdicts_on(*place))
        if deployment.action and not spoken and finished in {deployment.stage, *deployment.gates}:
            yield place


def _outcome(document: Mapping[str, Any], result: Mapping[str, Any]) -> ItemOutcome:
    """An item that was rolled back ends as the verification of that: what was judged before it is FAIL."""
    item, verdict = parse_item(document), str(result.get("verdict", ""))
    if "cause" in result:
        return ItemOutcome(item, verdict, problem=_cause(result["cause"]) or NOT_BEGUN)
    if result["purpose"] != item.purpose:
        return ItemOutcome(item, Verdict.FAIL.value, RollbackState.RUNNING.value, "" if verdict else UNPROVEN)
    return ItemOutcome(item, verdict, str(result.get("rolled_back", "")))


def _cause(text: str) -> str:
    """The message of a function's error, as Step Functions passes it on: ``{"errorMessage", "errorType", …}``."""
    try:
        error = parse_json(text)
    except ValueError:
        return ""
    known = isinstance(error, dict) and error.get("errorType") == "RollbackRefusedError"
    return str(error["errorMessage"]) if known else ""


def _whole_stages(outcomes: Sequence[ItemOutcome]) -> Iterator[VerificationItem]:
    """For each stage, those of its regions that can only be rolled back with the whole of it."""
    left = sorted(
        (each.item for each in outcomes if each.rolled_back == Purpose.WHOLE_STAGE), key=lambda item: item.stage
    )
    for stage, group in groupby(left, key=lambda item: item.stage):
        failed = list(group)
        yield VerificationItem(
            purpose=Purpose.WHOLE_STAGE,
            subject=failed[0].subject,
            region=failed[0].subject.region,
            since=failed[0].since,
            longest_wait=failed[0].longest_wait,
            stage=stage,
            attempt=failed[0].attempt,
            mode="auto" if all(item.mode == "auto" for item in failed) else "suggest",
            deployed_regions=failed[0].deployed_regions,
            regions=tuple(sorted(item.region for item in failed)),
            asked_by=failed[0].asked_by,
        )


def _regions(outcomes: Sequence[ItemOutcome], verdicts: set[str]) -> list[str]:
    return sorted({each.item.region for each in outcomes if each.verdict in verdicts})
