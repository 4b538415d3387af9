"""From a click to what it does: allowed, still on offer, claimed, done, told."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from aws_lambda_powertools import Logger

from apply_decision.outcome import DONE, DecisionOutcome, refused, refused_by_aws
from apply_decision.people import People, SlackSilentError
from apply_decision.pipeline_actions import PipelineActions
from apply_decision.rollback_requests import RollbackRequests
from apply_decision.words import first_was, no_longer
from crosscheck.aws_errors import AWS_ERRORS
from crosscheck.decisions.click import Click, holder_of
from crosscheck.decisions.request import DecisionRequest
from crosscheck.ledger.card_queue import CardQueue
from crosscheck.ledger.decision_facts import (
    DecisionClaim,
    DecisionKind,
    DecisionState,
    RefusedClick,
    SkippedCheck,
    TakenDecision,
)
from crosscheck.ledger.known_facts import KnownFacts
from crosscheck.ledger.states import State
from crosscheck.ledger.subjects import Subject, card_key
from crosscheck.ledger.table import Ledger
from crosscheck.releases.fold import fold
from crosscheck.releases.offers import OpenCheck, offers_of, open_checks
from crosscheck.telemetry import count

logger = Logger(child=True)

# A click that waited longer, in an outage, was made in view of something else.
LATEST_SECONDS = 600.0
TOO_LATE = "it took too long to get here: look at the card, and click again"
INTERRUPTED = "Crosscheck was interrupted, and nothing shows that it was done: look at the card, and click again"
_STOPPED = frozenset({State.STOPPING, State.STOPPED})


@dataclass(frozen=True)
class DecisionMaker:
    """Acts on clicks. ``tell`` says something to the person who clicked, by the click's address and a text that is
    escaped; ``clock`` gives epoch seconds."""

    ledger: Ledger
    cards: CardQueue
    people: People
    pipelines: PipelineActions
    rollbacks: RollbackRequests | None
    tell: Callable[[str, str], object]
    clock: Callable[[], float]

    def decide(self, click: Click) -> None:
        """Act on a click, once. Of one that is delivered again the outcome is told again, and what it began is looked
        up, never done a second time.

        Raises:
            ClientError, BotoCoreError: the ledger or the card's queue is out of reach; it can be asked again.
        """
        known = KnownFacts(self.ledger.read(click.request.release))
        if decision := _decision_of(click, known):
            self._take_up(click, decision, known)
            return
        if why := self._why_not_allowed(click):
            self._refuse(click, why)
            return
        click = _in_its_round(click, known)
        question = click.request.question
        if why := self._why_not_now(click, known):
            self._say(click, why)
            return
        if not self.ledger.claim(click.request.release, DecisionClaim(question).name, click.holder):
            self._say(click, first_was(self._holder(click), None))
            return
        self._act(click, known)

    def _why_not_allowed(self, click: Click) -> str:
        """Why the person may not decide, or not from there; empty where they may."""
        try:
            if not self.people.may_decide(click.user):
                return "you are not one of this stack's approvers"
            if click.team != self.people.team():
                return "you are not of the workspace that the app belongs to"
        except SlackSilentError as error:
            return f"{error}, so nobody knows whether you may: try again"
        if click.channel != self._channel(click.request.release):
            return "the card of this release stands in another channel"
        return ""

    def _channel(self, release: Subject) -> str:
        """The channel of the release's card; empty where it has none."""
        items = self.ledger.items(card_key(release))
        return next((each["channel"]["S"] for each in items if each["sk"]["S"] == "card" and "channel" in each), "")

    def _why_not_now(self, click: Click, known: KnownFacts) -> str:
        """Why it cannot be decided now; empty where it can."""
        request = click.request
        if request.kind is DecisionKind.SKIP:
            return "" if self._open_check(request, known) else no_longer(request, known)
        release = fold(request.release, known)
        offered = {offer.request for offer in offers_of(release, known, may_roll_back=self.rollbacks is not None)}
        return "" if request in offered else no_longer(request, known)

    def _refuse(self, click: Click, why: str) -> None:
        request = click.request
        refusal = RefusedClick(click.user, request.kind, request.question, click.team, click.channel, why, self.clock())
        self.ledger.merge(request.release, refusal.to_fact())
        logger.warning("click refused", user=click.user, kind=request.kind, question=request.question, reason=why)
        count("ClicksRefused")
        self._say(click, why)

    def _act(self, click: Click, known: KnownFacts) -> None:
        request = click.request
        decision = TakenDecision(
            question=request.question,
            kind=request.kind,
            state=DecisionState.BEGUN,
            by=click.user,
            at=click.at,
            where=self._where(request, known),
            reason=click.reason,
        )
        if self._late(click):
            self._end(click, decision, refused(TOO_LATE))
            return
        self.ledger.merge(request.release, decision.to_fact())
        try:
            outcome = self._done(click, known)
        except AWS_ERRORS as error:
            logger.warning("AWS refused a decision", question=request.question, exc_info=True)
            outcome = refused_by_aws(error, request.release.region)
        self._end(click, decision, outcome)

    def _take_up(self, click: Click, decision: TakenDecision, known: KnownFacts) -> None:
        if decision.state is DecisionState.BEGUN:
            self._end(click, decision, DONE if self._was_done(click, known) else refused(INTERRUPTED))
        else:
            self._announce(click, decision)

    def _was_done(self, click: Click, known: KnownFacts) -> bool:
        """Whether what was begun shows as done. Starting a rollback can be repeated: its name can be used once."""
        request = click.request
        match request.kind:
            case DecisionKind.APPROVE | DecisionKind.REJECT:
                return self.pipelines.was_answered(click, self._run(request, known))
            case DecisionKind.RETRY:
                return known.attempt_of(request.stage) > request.attempt
            case DecisionKind.STOP:
                return known.execution is not None and known.execution.run.state in _STOPPED
            case DecisionKind.ROLL_BACK:
                return bool(self.rollbacks and not self._late(click) and self.rollbacks.start(click) is DONE)
            case DecisionKind.SKIP:
                return any((each.check, each.at) == (request.place, click.at) for each in known.skipped)

    def _late(self, click: Click) -> bool:
        return self.clock() - click.at > LATEST_SECONDS

    def _end(self, click: Click, begun: TakenDecision, outcome: DecisionOutcome) -> None:
        decision = replace(begun, state=outcome.state, outcome=outcome.text)
        self.ledger.merge(click.request.release, decision.to_fact())
        logger.info("decided", question=begun.question, kind=begun.kind, by=begun.by, state=outcome.state)
        self._announce(click, decision)

    def _announce(self, click: Click, decision: TakenDecision) -> None:
        """Tell the card, and the person where nothing was done; SQS drops what it took already."""
        self.cards.changed(click.request.release, f"decision {decision.question}")
        if decision.state is DecisionState.REFUSED:
            self._say(click, decision.outcome)

    def _done(self, click: Click, known: KnownFacts) -> DecisionOutcome:
        request = click.request
        match request.kind:
            case DecisionKind.APPROVE | DecisionKind.REJECT:
                return self.pipelines.answer(click, self._run(request, known))
            case DecisionKind.RETRY:
                return self.pipelines.retry(click)
            case DecisionKind.STOP:
                return self.pipelines.stop(click)
            case DecisionKind.ROLL_BACK:
                return self.rollbacks.start(click) if self.rollbacks else refused("RollbackMode is off")
            case DecisionKind.SKIP:
                return self._skip(click, known)

    def _run(self, request: DecisionRequest, known: KnownFacts) -> str:
        """The id of the approval's run that the card shows; empty where no event told it."""
        places = {(each.stage, each.action): each.id for each in known.actions}
        return places.get((request.stage, request.place), "")

    def _skip(self, click: Click, known: KnownFacts) -> DecisionOutcome:
        check = self._open_check(click.request, known)
        if check is None:
            return refused(no_longer(click.request, known))
        attempt = max(0, known.attempt_of(check.stage))
        skipped = SkippedCheck(
            check.stage, check.region, check.id, check.kind, check.target, attempt, click.user, click.at, click.reason
        )
        self.ledger.merge(click.request.release, skipped.to_fact())
        return DONE

    def _open_check(self, request: DecisionRequest, known: KnownFacts) -> OpenCheck | None:
        """The check that is to be skipped; None where it is not open, or is one of an attempt that nobody saw who
        decides: a dialog may stand open while its stage is retried."""
        check = next((each for each in open_checks(known) if each.id == request.place), None)
        return check if check and known.attempt_of(check.stage) <= request.attempt else None

    def _where(self, request: DecisionRequest, known: KnownFacts) -> str:
        check = self._open_check(request, known)
        if check:
            return f"{check.kind} {check.target} in {check.region}"
        return " / ".join(filter(None, (request.stage, request.place)))

    def _holder(self, click: Click) -> str:
        known = KnownFacts(self.ledger.read(click.request.release))
        return holder_of(known.holder(DecisionClaim(click.request.question)))

    def _say(self, click: Click, text: str) -> None:
        self.tell(click.response_url, text)


def _decision_of(click: Click, known: KnownFacts) -> TakenDecision | None:
    """The decision that this very click has brought already, in whichever round; None where it is new."""
    this = (click.request.matter, click.user, click.at)
    return next((each for each in known.decisions if (each.matter, each.by, each.at) == this), None)


def _in_its_round(click: Click, known: KnownFacts) -> Click:
    """A check is chosen in a dialog, which does not know how often skipping that one came to nothing."""
    if click.request.kind is not DecisionKind.SKIP:
        return click
    matter = click.request.matter
    refusals = [each for each in known.decisions if each.matter == matter and each.state is DecisionState.REFUSED]
    return replace(click, request=replace(click.request, round=len(refusals)))
