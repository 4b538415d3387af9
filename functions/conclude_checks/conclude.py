"""Concluding a verification."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from conclude_checks.region_rollback import WHOLE_STAGE, RollbackRefusedError
from conclude_checks.stage_rollback import WholeStageRollback
from crosscheck.contracts.verdicts import RegionVerdict, Verdict
from crosscheck.ledger.card_queue import CardQueue
from crosscheck.ledger.known_facts import KnownFacts
from crosscheck.ledger.rollback_facts import RollbackProgress
from crosscheck.ledger.rollback_states import RollbackState
from crosscheck.ledger.subjects import ImageSubject, parse_subject
from crosscheck.ledger.table import Fact, Ledger
from crosscheck.ledger.verdict_facts import JudgeVerdict
from crosscheck.registry.item import Purpose, VerificationItem, parse_item
from crosscheck.releases.deployments import deployments

UNJUDGED = "the check itself failed; its log says why"
UNPLANNED = "the verification could not be planned; the log of plan_checks says why"
NOT_BEGUN = "it could not be begun; the log of conclude_checks says why"
UNPROVEN = "it was begun, and whether the region is back is not known: the check itself failed; its log says why"


@dataclass(frozen=True)
class ItemOutcome:
    """How one item ended: ``verdict`` is empty where its check never answered; ``taken`` is what came of taking it
    back, empty where nobody tried; ``problem`` says why that failed."""

    item: VerificationItem
    verdict: str
    taken: str = ""
    problem: str = ""


@dataclass(frozen=True)
class Conclusion:
    """Closes what is open, takes back what only goes as a whole, and tells every card that shows the subject."""

    ledger: Ledger
    cards: CardQueue
    whole_stage: WholeStageRollback
    clock: Callable[[], float]

    def conclude(self, verified: Mapping[str, Any], holder: str) -> dict[str, Any]:
        """``{"passed", "failed", "unknown"}``, each a sorted list of regions, and ``"proofs"``: items that show when a
        stage is back.

        Raises:
            RollbackRefusedError: a stage's rollback was not begun for now; ``"refused"`` says that no try follows.
        """
        outcomes = [_outcome(*pair) for pair in zip(verified["regions"], verified["results"], strict=True)]
        for outcome in outcomes:
            for fact in self._open(outcome):
                self.ledger.merge(outcome.item.subject, fact)
        last = "refused" in verified
        proofs = [self._take(failed, holder, last=last) for failed in _whole(outcomes)]
        self._tell(verified["subject"])
        return {
            "passed": _regions(outcomes, {Verdict.PASS}),
            "failed": _regions(outcomes, {Verdict.FAIL}),
            "unknown": _regions(outcomes, {"", Verdict.INCONCLUSIVE, Verdict.PENDING}),
            "proofs": [proof.to_json() for proof in proofs if proof],
        }

    def _take(self, failed: Sequence[VerificationItem], holder: str, *, last: bool) -> VerificationItem | None:
        try:
            return self.whole_stage.take(failed, holder)
        except RollbackRefusedError as error:
            if not last:
                raise
            self.whole_stage.refused(failed, str(error))
            return None

    def unplanned(self, asked: Mapping[str, Any]) -> None:
        """Close the regions that wait for a verification which could not even be planned: they are unknown.

        ``asked`` is the state machine's input; of an image, or before anything was deployed, there is nothing to close.
        An image has no card before its regions are known: nothing would ever end it.
        """
        subject, stage = parse_subject(asked["subject"]), asked.get("stage", "")
        if not stage:
            return
        now = self.clock()
        for deployed, region in sorted(set(_waiting(KnownFacts(self.ledger.read(subject)), stage))):
            judged = RegionVerdict(region, Verdict.INCONCLUSIVE, UNPLANNED, ())
            self.ledger.merge(subject, JudgeVerdict(deployed, judged, now, final=True).to_fact(now))
        self.cards.changed(subject, f"unplanned {stage} {now}")

    def _open(self, outcome: ItemOutcome) -> list[Fact]:
        """A region whose check never answered is unknown, and says so; a rollback that never began has failed."""
        item, now = outcome.item, self.clock()
        if not outcome.verdict and item.purpose in {Purpose.IMAGE, Purpose.STAGE}:
            judged = RegionVerdict(item.region, Verdict.INCONCLUSIVE, UNJUDGED, ())
            return [JudgeVerdict(item.stage, judged, now, final=True).to_fact(item.since)]
        if outcome.problem:
            return [
                RollbackProgress(item.stage, region, item.attempt, RollbackState.FAILED, outcome.problem, now).to_fact()
                for region in _taken_back(item)
            ]
        return []

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
    """An item that was taken back ends as the proof of that; what was judged before that is FAIL."""
    item, verdict = parse_item(document), str(result.get("verdict", ""))
    if result["purpose"] == Purpose.ROLLBACK:
        judged = verdict if item.purpose is Purpose.ROLLBACK else Verdict.FAIL.value
        return ItemOutcome(item, judged, RollbackState.RUNNING.value, "" if verdict else UNPROVEN)
    if "cause" in result:
        return ItemOutcome(item, verdict, problem=_cause(result["cause"]) or NOT_BEGUN)
    return ItemOutcome(item, verdict, str(result.get("taken", "")))


def _taken_back(item: VerificationItem) -> tuple[str, ...]:
    """A stage's item names all regions of the stage, and stands for its own; a proof stands for all that it names."""
    return item.regions if item.purpose is Purpose.ROLLBACK else (item.region,)


def _cause(text: str) -> str:
    """The message of a function's error, as Step Functions passes it on: ``{"errorMessage", "errorType", …}``."""
    try:
        told = json.loads(text)
    except ValueError:
        return ""
    known = isinstance(told, dict) and told.get("errorType") == "RollbackRefusedError"
    return str(told["errorMessage"]) if known else ""


def _whole(outcomes: Sequence[ItemOutcome]) -> list[list[VerificationItem]]:
    """The items, by stage, whose regions can only be taken back with the whole of it."""
    items = sorted((each.item for each in outcomes if each.taken == WHOLE_STAGE), key=lambda item: item.stage)
    return [list(group) for _, group in groupby(items, key=lambda item: item.stage)]


def _regions(outcomes: Sequence[ItemOutcome], verdicts: set[str]) -> list[str]:
    return sorted({each.item.region for each in outcomes if each.verdict in verdicts})
