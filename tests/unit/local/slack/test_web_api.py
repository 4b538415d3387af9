import json

import pytest
import requests
from slack_sdk.errors import SlackApiError

from local.slack import SlackWorkspace
from tests.unit.local.slack.conftest import CHANNEL, OTHER_CHANNEL, TOKEN, Slack, section

METADATA = {"event_type": "crosscheck_release", "event_payload": {"pipeline": "multi-region-service"}}


@pytest.mark.parametrize(("token", "error"), [(None, "not_authed"), ("local-other", "invalid_auth")])
def test_f40_a_call_needs_the_token(slack: Slack, token: str | None, error: str) -> None:
    with pytest.raises(SlackApiError) as refused:
        slack.with_token(token).auth_test()
    assert refused.value.response["error"] == error
    assert refused.value.response.status_code == 200


def test_a_form_may_carry_the_token_a_json_body_may_not(slack: Slack) -> None:
    url = f"{slack.url}/api/auth.test"
    assert requests.post(url, data={"token": TOKEN}, timeout=60).json()["ok"]
    assert requests.post(url, json={"token": TOKEN}, timeout=60).json()["error"] == "not_authed"


def test_auth_test_names_the_bot(slack: Slack) -> None:
    assert slack.client.auth_test()["bot_id"].startswith("B")


def test_a_call_needs_its_scope_and_an_answer_tells_those_of_the_token() -> None:
    workspace = SlackWorkspace(TOKEN, {CHANNEL: "releases"}, scopes=frozenset({"usergroups:read", "chat:write"}))
    client, headers = workspace.app.test_client(), {"Authorization": f"Bearer {TOKEN}"}
    message = {"channel": CHANNEL, "text": "x"}
    posted = client.post("/api/chat.postMessage", json=message, headers=headers)
    assert posted.headers["X-OAuth-Scopes"] == "chat:write,usergroups:read"
    refused = client.get("/api/conversations.info", query_string={"channel": CHANNEL}, headers=headers)
    assert refused.json == {"ok": False, "error": "missing_scope"}


def test_a_message_is_shown_with_blocks_and_metadata(slack: Slack) -> None:
    ts = slack.post(text="plain", blocks=[section("*rich*")], metadata=METADATA)
    assert slack.messages() == [{"ts": ts, "text": "plain", "blocks": [section("*rich*")], "metadata": METADATA}]
    assert slack.messages(OTHER_CHANNEL) == []


def test_a_form_carries_blocks_as_json(slack: Slack) -> None:
    form = {"channel": CHANNEL, "blocks": json.dumps([section("rich")]), "metadata": json.dumps(METADATA)}
    headers = {"Authorization": f"Bearer {TOKEN}"}
    answer = requests.post(f"{slack.url}/api/chat.postMessage", data=form, headers=headers, timeout=60).json()
    assert answer["ok"], answer
    assert slack.messages()[0]["blocks"] == [section("rich")]
    assert slack.history()[0]["payload"]["metadata"] == METADATA


def test_timestamps_differ_even_within_a_microsecond() -> None:
    client = SlackWorkspace(TOKEN, {CHANNEL: "releases"}, clock=lambda: 1_700_000_000.0).app.test_client()
    headers = {"Authorization": f"Bearer {TOKEN}"}
    posts = [
        client.post("/api/chat.postMessage", json={"channel": CHANNEL, "text": "x"}, headers=headers) for _ in range(3)
    ]
    assert [post.json["ts"] for post in posts if post.json] == [
        "1700000000.000000",
        "1700000000.000001",
        "1700000000.000002",
    ]


def test_an_update_keeps_what_it_does_not_name(slack: Slack) -> None:
    ts = slack.post(text="old", blocks=[section("old")], metadata=METADATA)
    slack.client.chat_update(channel=CHANNEL, ts=ts, text="new")
    assert slack.messages() == [{"ts": ts, "text": "new", "blocks": [section("old")], "metadata": METADATA}]
    slack.client.api_call(
        "chat.update", json={"channel": CHANNEL, "ts": ts, "text": "new", "blocks": [], "metadata": {}}
    )
    assert slack.messages() == [{"ts": ts, "text": "new", "blocks": [], "metadata": None}]


def test_an_updated_message_is_marked_as_edited(slack: Slack) -> None:
    ts = slack.post(text="old")
    slack.client.chat_update(channel=CHANNEL, ts=ts, text="new")
    assert slack.client.conversations_history(channel=CHANNEL)["messages"][0]["edited"]["ts"] > ts


def test_a_deleted_message_is_gone(slack: Slack) -> None:
    ts = slack.post(text="x")
    slack.client.chat_delete(channel=CHANNEL, ts=ts)
    assert slack.messages() == []
    assert slack.error("chat.update", channel=CHANNEL, ts=ts, text="y") == "message_not_found"


def test_a_reply_names_its_thread(slack: Slack) -> None:
    parent = slack.post(text="card")
    reply = slack.post(text="rolled back", thread_ts=parent)
    assert [message.get("thread_ts") for message in slack.messages()] == [None, parent]
    assert slack.messages()[1]["ts"] == reply != parent
    assert slack.error("chat.postMessage", channel=CHANNEL, text="x", thread_ts="1.000001") == "cannot_reply_to_message"


def test_a_reply_that_is_sent_to_the_channel_as_well_is_in_its_history(slack: Slack) -> None:
    parent = slack.post(text="card")
    reply = slack.post(text="rolled back", thread_ts=parent, reply_broadcast=True)
    assert slack.messages()[1]["subtype"] == "thread_broadcast"
    history = slack.client.conversations_history(channel=CHANNEL)["messages"]
    assert [message["ts"] for message in history] == [reply, parent]


def test_history_is_newest_first_without_replies(slack: Slack) -> None:
    first, second = slack.post(text="1", metadata=METADATA), slack.post(text="2")
    slack.post(text="reply", thread_ts=first)
    whole = slack.client.conversations_history(channel=CHANNEL, include_all_metadata=True)
    assert [message["ts"] for message in whole["messages"]] == [second, first]
    assert whole["messages"][1]["metadata"] == METADATA
    assert "metadata" not in slack.client.conversations_history(channel=CHANNEL)["messages"][1]


def test_history_is_cut_by_limit_and_time(slack: Slack) -> None:
    first, second = slack.post(text="1"), slack.post(text="2")
    page = slack.client.conversations_history(channel=CHANNEL, limit=1)
    assert ([message["ts"] for message in page["messages"]], page["has_more"]) == ([second], True)
    later = slack.client.conversations_history(channel=CHANNEL, oldest=first)
    assert [message["ts"] for message in later["messages"]] == [second]
    exact = slack.client.conversations_history(channel=CHANNEL, oldest=first, latest=first, inclusive=True)
    assert [message["ts"] for message in exact["messages"]] == [first]


def test_a_channel_is_known_by_its_id_only(slack: Slack) -> None:
    assert slack.client.conversations_info(channel=CHANNEL)["channel"]["name"] == "releases"
    for channel in ("releases", "#releases", "C0NOWHERE"):
        assert slack.error("chat.postMessage", channel=channel, text="x") == "channel_not_found"


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ({}, "no_text"),
        ({"text": " "}, "no_text"),
        ({"blocks": []}, "no_text"),
        ({"text": "x" * 40_001}, "msg_too_long"),
        ({"text": 5}, "invalid_arguments"),
        ({"text": "x", "metadata": {"event_type": "a"}}, "invalid_metadata_format"),
        ({"text": "x", "metadata": {"event_type": "a", "event_payload": "b"}}, "invalid_metadata_format"),
        ({"text": "x", "metadata": "{"}, "invalid_metadata_format"),
        ({"text": "x", "blocks": "["}, "invalid_blocks_format"),
        ({"text": "x", "blocks": {"type": "section"}}, "invalid_blocks_format"),
    ],
)
def test_f40_content_that_slack_refuses(slack: Slack, arguments: dict[str, object], error: str) -> None:
    assert slack.error("chat.postMessage", channel=CHANNEL, **arguments) == error
    assert slack.messages() == []


def test_f40_an_unknown_method_and_a_missing_argument(slack: Slack) -> None:
    assert slack.error("chat.scheduleMessage", channel=CHANNEL) == "unknown_method"
    assert slack.error("chat.postMessage", text="x") == "invalid_arguments"
    assert slack.error("chat.update", channel=CHANNEL, ts="1.000001") == "no_text"


@pytest.mark.parametrize(("body", "error"), [("{", "invalid_json"), ("[]", "json_not_object")])
def test_a_body_that_is_no_json_object(slack: Slack, body: str, error: str) -> None:
    headers = {"Authorization": f"Bearer {TOKEN}", "Content-Type": "application/json"}
    answer = requests.post(f"{slack.url}/api/chat.postMessage", data=body, headers=headers, timeout=60)
    assert answer.json()["error"] == error


def test_f38_the_rate_limit_is_one_message_per_second_and_channel() -> None:
    now = [1_700_000_000.0]
    channels = {CHANNEL: "releases", OTHER_CHANNEL: "general"}
    client = SlackWorkspace(TOKEN, channels, clock=lambda: now[0], rate_limited=True).app.test_client()

    def post(channel: str) -> int:
        body, headers = {"channel": channel, "text": "x"}, {"Authorization": f"Bearer {TOKEN}"}
        return client.post("/api/chat.postMessage", json=body, headers=headers).status_code

    assert [post(CHANNEL), post(CHANNEL), post(OTHER_CHANNEL)] == [200, 429, 200]
    now[0] += 1
    assert post(CHANNEL) == 200
