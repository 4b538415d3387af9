"""The dialog that asks for a reason, and for the check where one is to be skipped.

https://docs.slack.dev/reference/methods/views.open: a dialog can be opened for three seconds after the click.
"""

from collections.abc import Sequence
from typing import Any

from crosscheck.decisions.click import REASON_LIMIT, Click
from crosscheck.decisions.response_url import post
from crosscheck.ledger.decision_facts import DecisionKind
from crosscheck.releases.offers import OpenCheck
from crosscheck.size_limits import parse_json
from crosscheck.text import one_line
from handle_interaction.payload import CALLBACK, CHECK, REASON

OPEN_SECONDS = 2.0
# https://docs.slack.dev/reference/block-kit/block-elements/select-menu-element
MOST_OPTIONS = 100
OPTION_LIMIT = 75
_TITLES = {DecisionKind.REJECT: "Reject", DecisionKind.SKIP: "Skip a check"}
_SAYS = {
    DecisionKind.REJECT: "The release stops here. The reason stands on its card and in CodePipeline.",
    DecisionKind.SKIP: "The check counts as passed in its region, in this attempt. The reason stands on the card.",
}

type View = dict[str, Any]


class NotOpenedError(OSError):
    """Slack did not open the dialog; the text has Slack's word for it."""


def dialog(click: Click, checks: Sequence[OpenCheck] = ()) -> View:
    """The view for a click; ``checks`` are what can be skipped."""
    kind = click.request.kind
    blocks: list[View] = [{"type": "section", "text": _plain(_SAYS[kind], 1_000)}]
    if checks:
        options = [_option(check) for check in checks[:MOST_OPTIONS]]
        select = {"type": "static_select", "action_id": CHECK, "options": options}
        blocks.append({"type": "input", "block_id": CHECK, "label": _plain("Check", 75), "element": select})
    typed = {"type": "plain_text_input", "action_id": REASON, "max_length": REASON_LIMIT}
    blocks.append({"type": "input", "block_id": REASON, "label": _plain("Reason", 75), "element": typed})
    return {
        "type": "modal",
        "callback_id": CALLBACK,
        "private_metadata": click.to_message(),
        "title": _plain(_TITLES[kind], 24),
        "submit": _plain(_TITLES[kind], 24),
        "close": _plain("Cancel", 24),
        "blocks": blocks,
    }


def open_dialog(api_url: str, token: str, trigger: str, view: View) -> None:
    """Open the view for whoever caused the trigger.

    Raises:
        OSError: Slack did not, or did not answer in time.
    """
    body = {"trigger_id": trigger, "view": view}
    answer = post(f"{api_url}views.open", body, {"Authorization": f"Bearer {token}"}, OPEN_SECONDS)
    try:
        said = parse_json(answer)
        opened, word = said["ok"] is True, str(said.get("error", ""))[:50]
    except (ValueError, KeyError, TypeError):
        opened, word = False, "unreadable"
    if not opened:
        raise NotOpenedError(f"Slack did not open the dialog: {word}")


def _option(check: OpenCheck) -> View:
    text = f"{check.region} · {check.kind} {check.target}"
    return {"text": _plain(text, OPTION_LIMIT), "value": check.id}


def _plain(text: str, limit: int) -> View:
    return {"type": "plain_text", "text": one_line(text, limit), "emoji": False}
