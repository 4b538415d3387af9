"""Dialogs and answers that only one person sees, as strict as Slack's."""

from __future__ import annotations

from typing import Any

import pytest
import requests

from local.slack import SlackWorkspace
from tests.unit.local.slack.conftest import CHANNEL, TOKEN, App, Slack
from tests.unit.local.slack.test_clicks import button, press

REASON = {
    "type": "input",
    "block_id": "reason",
    "label": {"type": "plain_text", "text": "Reason"},
    "element": {"type": "plain_text_input", "action_id": "reason", "max_length": 20},
}
CHECK = {
    "type": "input",
    "block_id": "check",
    "label": {"type": "plain_text", "text": "Check"},
    "element": {
        "type": "static_select",
        "action_id": "check",
        "options": [{"text": {"type": "plain_text", "text": "page"}, "value": "a1"}],
    },
}


def view(*blocks: dict[str, Any], **changed: Any) -> dict[str, Any]:
    titles = {name: {"type": "plain_text", "text": name} for name in ("title", "submit", "close")}
    return {
        "type": "modal",
        "callback_id": "why",
        "private_metadata": "kept",
        **titles,
        "blocks": list(blocks),
        **changed,
    }


def submit(slack: Slack, **values: str) -> requests.Response:
    (shown,) = requests.get(f"{slack.url}/views", timeout=60).json()
    return requests.post(
        f"{slack.url}/submit", json={"view_id": shown["id"], "user": "U0RELEASE", "values": values}, timeout=60
    )


def open_view(slack: Slack, app: App, shown: dict[str, Any]) -> None:
    press(slack, channel=CHANNEL, ts=button(slack), action_id="retry", user="U0RELEASE")
    slack.client.views_open(trigger_id=app.clicks[-1]["trigger_id"], view=shown)


def test_a_dialog_is_submitted_with_what_was_entered_and_closes(slack: Slack, app: App) -> None:
    open_view(slack, app, view(CHECK, REASON))
    assert submit(slack, reason="wrong", check="a1").json() == {"status": 200, "body": "thanks"}
    submitted = app.clicks[-1]
    assert (submitted["type"], submitted["user"]["id"]) == ("view_submission", "U0RELEASE")
    assert (submitted["view"]["private_metadata"], submitted["view"]["callback_id"]) == ("kept", "why")
    values = submitted["view"]["state"]["values"]
    assert values["reason"]["reason"]["value"] == "wrong"
    assert values["check"]["check"]["selected_option"]["value"] == "a1"
    assert all(app.genuine)
    assert requests.get(f"{slack.url}/views", timeout=60).json() == []


@pytest.mark.parametrize("values", [{}, {"reason": ""}, {"reason": "x" * 21}, {"reason": "x", "check": "a2"}])
def test_what_a_person_could_not_submit_is_refused(slack: Slack, app: App, values: dict[str, str]) -> None:
    open_view(slack, app, view(CHECK, REASON))
    assert submit(slack, **values).status_code == 400
    assert len(app.clicks) == 1


def test_a_trigger_opens_one_dialog(slack: Slack, app: App) -> None:
    open_view(slack, app, view(REASON))
    trigger = app.clicks[-1]["trigger_id"]
    assert slack.error("views.open", trigger_id=trigger, view=view(REASON)) == "invalid_trigger_id"


def test_a_trigger_expires() -> None:
    now = [1_700_000_000.0]
    workspace = SlackWorkspace(TOKEN, {CHANNEL: "releases"}, clock=lambda: now[0])
    trigger = workspace.trigger("U0RELEASE")
    now[0] += 11
    headers = {"Authorization": f"Bearer {TOKEN}"}
    body = {"trigger_id": trigger, "view": view(REASON)}
    answer = workspace.app.test_client().post("/api/views.open", json=body, headers=headers)
    assert answer.json
    assert answer.json["error"] == "expired_trigger_id"


@pytest.mark.parametrize(
    "wrong",
    [
        view(REASON, type="home"),
        view(REASON, private_metadata="x" * 3_001),
        view(REASON, title={"type": "plain_text", "text": "x" * 25}),
        {key: value for key, value in view(REASON).items() if key != "submit"},
        view(),
        view({**REASON, "element": {"type": "checkboxes", "action_id": "a"}}),
        view({**CHECK, "element": {**CHECK["element"], "options": []}}),  # type: ignore[dict-item]
        view({"type": "section", "text": {"type": "plain_text", "text": "x" * 3_001}}),
    ],
)
def test_a_dialog_beyond_slacks_limits_is_refused(slack: Slack, app: App, wrong: dict[str, Any]) -> None:
    press(slack, channel=CHANNEL, ts=button(slack), action_id="retry", user="U0RELEASE")
    trigger = app.clicks[-1]["trigger_id"]
    assert slack.error("views.open", trigger_id=trigger, view=wrong) == "invalid_arguments"


def test_an_answer_to_a_click_is_seen_by_one_person_and_five_times_at_most(slack: Slack, app: App) -> None:
    press(slack, channel=CHANNEL, ts=button(slack), action_id="retry", user="U0RELEASE")
    url = app.clicks[-1]["response_url"]
    body: Any = {"response_type": "ephemeral", "replace_original": False, "text": "you are late"}
    assert [requests.post(url, json=body, timeout=60).status_code for _ in range(6)] == [200] * 5 + [404]
    assert requests.post(url + "x", json=body, timeout=60).status_code == 404
    said = requests.get(f"{slack.url}/ephemerals", timeout=60).json()
    assert [(each["user"], each["channel"], each["text"]) for each in said] == [
        ("U0RELEASE", CHANNEL, "you are late")
    ] * 5
    assert len(slack.messages()) == 1


def test_the_members_of_a_user_group_are_listed() -> None:
    workspace = SlackWorkspace(TOKEN, {CHANNEL: "releases"}, groups={"S0ONCALL": ("U0A", "U0B")})
    client, headers = workspace.app.test_client(), {"Authorization": f"Bearer {TOKEN}"}

    def members(group: str) -> Any:
        return client.get(f"/api/usergroups.users.list?usergroup={group}", headers=headers).json

    assert members("S0ONCALL") == {"ok": True, "users": ["U0A", "U0B"]}
    assert members("S0OTHER")["error"] == "no_such_subteam"
