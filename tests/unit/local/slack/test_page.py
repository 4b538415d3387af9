import re
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
import requests

from local.slack.messages import Message
from local.slack.page.signs import _DRAWINGS
from local.slack.page.view import entries, thread
from tests.unit.local.slack.conftest import CHANNEL, OTHER_CHANNEL, Slack, section

AT_NOON = 1_700_000_000.0  # 2023-11-14 22:13:20 UTC
TODAY = datetime.fromtimestamp(AT_NOON, UTC)


def message(ts: float, **more: object) -> Message:
    return Message(**{"ts": f"{ts:.6f}", "text": "x", "blocks": []} | more)  # type: ignore[arg-type]


def page(slack: Slack, query: str = "") -> str:
    answer = requests.get(f"{slack.url}/{query}", timeout=60)
    assert answer.status_code == 200
    return answer.text


def test_the_page_shows_the_message_without_any_script(slack: Slack) -> None:
    slack.post(text="plain", blocks=[section(":x: *Failed* after 2 min")])
    html = page(slack)
    assert "<b>Failed</b> after 2 min" in html
    assert 'aria-label=":x:"' in html
    assert "plain" not in re.sub(r"<(style|script)>.*?</\1>", "", html, flags=re.DOTALL)
    assert "(edited)" not in html


def test_a_message_without_blocks_shows_its_text(slack: Slack) -> None:
    ts = slack.post(text="*plain*")
    slack.client.chat_update(channel=CHANNEL, ts=ts, text="*changed*")
    html = page(slack)
    assert "<b>changed</b>" in html
    assert "(edited)" in html


def test_a_channel_is_selected_by_its_id(slack: Slack) -> None:
    slack.post(text="over there", channel=OTHER_CHANNEL)
    assert "over there" not in page(slack)
    assert "over there" in page(slack, f"?channel={OTHER_CHANNEL}")
    assert requests.get(f"{slack.url}/?channel=<script>", timeout=60).status_code == 404


def test_the_page_needs_nothing_from_elsewhere(slack: Slack) -> None:
    slack.post(blocks=[{"type": "image", "image_url": "https://example.com/x.png", "alt_text": "a chart"}])
    html = page(slack)
    assert "a chart" in html
    assert not re.search(r"(?:src|href)=\"https?://|url\(|@import|<img|<iframe", html)
    policy = requests.get(slack.url, timeout=60).headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy


def test_f42_the_page_escapes_every_field(slack: Slack) -> None:
    hostile = "<script>alert(1)</script>"
    plain = {"type": "plain_text", "text": hostile}
    button = {"type": "button", "text": plain, "action_id": "a"}
    slack.post(
        blocks=[
            {"type": "header", "text": plain},
            {"type": "section", "fields": [{"type": "mrkdwn", "text": hostile}], "accessory": button},
            {"type": "context", "elements": [{"type": "mrkdwn", "text": hostile}, plain]},
            {"type": "actions", "elements": [button]},
            {"type": "divider"},
            {"type": "image", "image_url": "javascript:alert(1)", "alt_text": hostile},
        ]
    )
    html = page(slack)
    assert html.count("<script>") == 1
    assert html.count("&lt;script&gt;alert(1)&lt;/script&gt;") == 7
    assert "javascript:" not in html


def test_the_live_view_is_what_the_page_shows(slack: Slack) -> None:
    slack.post(text="one")
    slack.post(text="two")
    view = requests.get(f"{slack.url}/view?channel={CHANNEL}", timeout=60).json()["channel"]
    assert [entry["day"] for entry in view] == ["Today", "Today"]
    html = page(slack)
    assert all(entry["html"] in html for entry in view)


def test_a_message_with_replies_has_a_bar_that_leads_to_its_thread() -> None:
    parent = message(AT_NOON, text="*failed*")
    replies = [message(AT_NOON + more, thread_ts=parent.ts, text=f"reply {more}") for more in (60, 120)]
    (entry,) = entries([parent, *replies], TODAY)
    assert f'data-thread="{parent.ts}"' in entry.html
    assert "<b>2 replies</b> <span>Last reply at 10:15 PM</span>" in entry.html
    assert "reply 60" not in entry.html
    assert [each.ts for each in thread([parent, *replies], parent.ts, TODAY)] == [
        parent.ts,
        *(each.ts for each in replies),
    ]


def test_a_reply_that_was_also_sent_to_the_channel_stands_in_both_and_names_its_thread() -> None:
    parent = message(AT_NOON, text="*checkout*: <b> " + "x" * 200)
    reply = message(AT_NOON + 60, thread_ts=parent.ts, text="eu-west-1 failed", broadcast=True)
    _, shown = entries([parent, reply], TODAY)
    assert "replied to a thread" in shown.html
    assert "eu-west-1 failed" in shown.html
    assert ">checkout: &lt;b&gt; xxx" in shown.html
    assert "…</a>" in shown.html


def test_a_broadcast_whose_message_was_deleted_is_gone_with_it() -> None:
    orphan = message(AT_NOON, thread_ts="1.000000", broadcast=True)
    assert entries([orphan], TODAY) == []


def test_a_thread_is_open_beside_the_channel_where_the_address_says_so(slack: Slack) -> None:
    ts = slack.post(text="parent")
    slack.post(text="an answer", thread_ts=ts)
    assert "an answer" not in page(slack)
    assert "an answer" in page(slack, f"?thread={ts}")
    assert 'class="threaded"' in page(slack, f"?thread={ts}")
    assert 'class="threaded"' not in page(slack, "?thread=%22%3E%3Cscript%3E")


def test_a_button_says_what_a_click_on_it_sends(slack: Slack) -> None:
    text = {"type": "plain_text", "text": "Approve"}
    elements = [
        {"type": "button", "text": text, "action_id": "approve:a/b", "style": "primary"},
        {"type": "button", "text": text, "url": "https://example.com/"},
        {"type": "button", "text": text, "url": "javascript:alert(1)", "action_id": "odd"},
    ]
    slack.post(blocks=[{"type": "actions", "elements": elements}])
    html = page(slack)
    assert 'class="button primary" data-action="approve:a/b" data-confirm="">Approve</button>' in html
    assert '<a class="button " href="https://example.com/" target="_blank"' in html
    assert "javascript:" not in html


def test_every_sign_that_a_card_uses_is_drawn() -> None:
    root = Path(__file__).parents[4]
    sources = [*(root / "layers/crosscheck/crosscheck/cards").glob("*.py"), root / "functions/update_card/loader.py"]
    used = {sign for path in sources for sign in re.findall(r":[a-z]+(?:_[a-z]+)*:", path.read_text())}
    assert len(used) > 10
    assert {sign for sign in used if sign.strip(":") not in _DRAWINGS} == set()


@pytest.mark.parametrize(("ago", "day"), [(0, "Today"), (1, "Yesterday"), (2, "Sunday, November 12")])
def test_days_are_named_as_people_do(ago: int, day: str) -> None:
    (entry,) = entries([message(AT_NOON - ago * 86_400)], TODAY)
    assert entry.day == day


@pytest.mark.parametrize(("hours", "shown"), [(0, "10:13 PM"), (2, "12:13 AM"), (14, "12:13 PM"), (-14, "8:13 AM")])
def test_times_are_in_the_zone_of_the_viewer(hours: int, shown: str) -> None:
    zone = timezone(timedelta(hours=hours))
    (entry,) = entries([message(AT_NOON)], TODAY.astimezone(zone))
    assert f">{shown}</time>" in entry.html
