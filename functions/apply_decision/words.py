"""What the person who clicked is told: texts for Slack, with every text of others escaped."""

from crosscheck import times
from crosscheck.cards.mrkdwn import escape
from crosscheck.cards.reply import mention
from crosscheck.decisions.request import DecisionRequest
from crosscheck.ledger.decision_facts import DecisionKind, TakenDecision
from crosscheck.ledger.known_facts import KnownFacts
from crosscheck.releases.offers import open_checks
from crosscheck.releases.regions import follow_up

REASON_LIMIT = 300
_OVER = {
    DecisionKind.APPROVE: "this approval does not wait any more: it expired, or was answered in CodePipeline",
    DecisionKind.REJECT: "this approval does not wait any more: it expired, or was answered in CodePipeline",
    DecisionKind.RETRY: "this stage cannot be retried now: it did not fail, or runs again already",
    DecisionKind.STOP: "this release does not run any more",
    DecisionKind.SKIP: "this check is not waited for any more: it passed, was skipped, or its region was judged",
}


def first_was(person: str, decision: TakenDecision | None) -> str:
    """That somebody has decided already, as far as is known what and when."""
    who = mention(person) or "somebody"
    if decision is None:
        return f"{who} was first; the card will show what came of it"
    what = f": {decision.kind.replace('_', ' ')}" if decision.kind else ""
    return f"{who} was first, at {times.for_people(decision.at)}{what}"


def no_longer(request: DecisionRequest, known: KnownFacts) -> str:
    """Why something is not on offer any more."""
    for decision in known.decisions:
        earlier = decision.matter == request.matter and decision.settled
        if earlier or decision.question == request.question:
            return first_was(decision.by, decision)
    if request.kind is DecisionKind.SKIP and any(check.id == request.place for check in open_checks(known)):
        return "the stage was retried since you were asked: look at the card, and click again"
    if request.kind is not DecisionKind.ROLL_BACK:
        return _OVER[request.kind]
    rollback = known.rollback(request.stage, request.place)
    what = f": {escape(follow_up(rollback), REASON_LIMIT)}" if rollback else ""
    return f"there is nothing to roll back now in {escape(request.place, REASON_LIMIT)}{what}"
