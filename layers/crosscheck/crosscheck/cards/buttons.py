"""What people decided about a release, and the buttons of what they may decide now.

https://docs.slack.dev/reference/block-kit/blocks/actions-block and
https://docs.slack.dev/reference/block-kit/composition-objects/confirmation-dialog-object
"""

from collections.abc import Iterator, Sequence
from itertools import islice

from crosscheck import times
from crosscheck.cards.layout import NAME_LIMIT, Block, paragraphs
from crosscheck.cards.mrkdwn import escape
from crosscheck.cards.reply import mention
from crosscheck.decisions.request import Offer
from crosscheck.ledger.decision_facts import DecisionKind, DecisionState, TakenDecision
from crosscheck.releases.model import Release
from crosscheck.text import one_line

# Slack takes 25 elements in a block. What a card may hold in all counts the words of every dialog, too.
MOST_BUTTONS = 10
MOST_DECISIONS = 3
BUTTON_LIMIT, CHOICE_LIMIT = 60, 30
CONFIRM_LIMIT = 100
OUTCOME_LIMIT = 150
BLOCK_ID = "crosscheck_decisions"

_LABELS = {
    DecisionKind.APPROVE: "Approve",
    DecisionKind.REJECT: "Reject…",
    DecisionKind.RETRY: "Retry",
    DecisionKind.ROLL_BACK: "Roll back",
    DecisionKind.STOP: "Stop this release",
    DecisionKind.SKIP: "Skip a check…",
}
_DONE = {
    DecisionKind.APPROVE: ":white_check_mark: approved",
    DecisionKind.REJECT: ":no_entry: rejected",
    DecisionKind.RETRY: ":repeat: retried",
    DecisionKind.ROLL_BACK: ":rewind: rollback asked for",
    DecisionKind.STOP: ":octagonal_sign: stopped",
    DecisionKind.SKIP: ":fast_forward: check skipped",
}
_STYLES = {DecisionKind.APPROVE: "primary", DecisionKind.REJECT: "danger", DecisionKind.ROLL_BACK: "danger"}


def button_blocks(release: Release) -> list[Block]:
    """The blocks for a release's card; none where nobody decided anything and nothing can be decided."""
    return [*_decided(release.decisions), *_actions(release.offers)]


def action_id(offer: Offer) -> str:
    """The id of an offer's button: the kind, and the place if there is one. No two of a card are the same."""
    request = offer.request
    place = "/".join(filter(None, (request.stage, request.place)))
    return f"{request.kind}:{place}" if place else request.kind.value


def _decided(decisions: Sequence[TakenDecision]) -> list[Block]:
    latest = decisions[-MOST_DECISIONS:]
    earlier = len(decisions) - len(latest)
    lines = [f"_{earlier} earlier decision{'s' if earlier > 1 else ''}_"] if earlier else []
    return paragraphs(["*Decisions*", *lines, *map(decision_line, latest)]) if latest else []


def decision_line(decision: TakenDecision) -> str:
    """Who decided what, when, why, and what came of it."""
    what = _what(decision)
    where = f" *{escape(decision.where, NAME_LIMIT)}*" if decision.where else ""
    said = f" · “{escape(decision.reason, OUTCOME_LIMIT)}”" if decision.reason else ""
    outcome = f" · {escape(decision.outcome, OUTCOME_LIMIT)}" if decision.outcome else ""
    return f"{what}{where} by {mention(decision.by) or 'somebody'} {times.for_people(decision.at)}{said}{outcome}"


def _what(decision: TakenDecision) -> str:
    label = _LABELS[decision.kind].rstrip("…").lower() if decision.kind else "decided"
    match decision.state:
        case DecisionState.BEGUN:
            return f":grey_question: {label}: begun, and whether it was done, CodePipeline shows"
        case DecisionState.DONE:
            return _DONE[decision.kind] if decision.kind else f":grey_question: {label}"
        case DecisionState.REFUSED:
            return f":warning: {label}: nothing was done"
        case DecisionState.UNKNOWN:
            return f":grey_question: {label}: what came of it is unknown"


def _actions(offers: Sequence[Offer]) -> Iterator[Block]:
    buttons = list(islice(map(_button, offers), MOST_BUTTONS))
    if buttons:
        yield {"type": "actions", "block_id": BLOCK_ID, "elements": buttons}


def _button(offer: Offer) -> Block:
    kind, label = offer.request.kind, _LABELS[offer.request.kind]
    text = f"{label} {offer.where}" if offer.where else label
    button: Block = {
        "type": "button",
        "action_id": action_id(offer),
        "text": _plain(text, BUTTON_LIMIT),
        "value": offer.request.value,
    }
    style = {"style": _STYLES[kind]} if kind in _STYLES else {}
    confirm = {"confirm": _confirm(label, offer)} if offer.consequence else {}
    return button | style | confirm


def _confirm(label: str, offer: Offer) -> Block:
    return {
        "title": _plain(f"{label}?", CHOICE_LIMIT),
        "text": _plain(offer.consequence, CONFIRM_LIMIT),
        "confirm": _plain(label, CHOICE_LIMIT),
        "deny": _plain("Cancel", CHOICE_LIMIT),
    }


def _plain(text: str, limit: int) -> Block:
    return {"type": "plain_text", "text": one_line(text, limit), "emoji": False}
