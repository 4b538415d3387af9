from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from crosscheck.cards.layout import Card
from crosscheck.cards.release import render
from crosscheck.cards.slack import (
    ANSWER_LIMIT,
    LONGEST_WAIT,
    OUTAGE_WAIT,
    ChannelRefusedError,
    PerhapsSentError,
    Slack,
    SlackRefusedError,
    TokenRefusedError,
)
from crosscheck.errors import RetryLaterError
from local.server import Server
from tests.builders import events
from tests.builders.releases import Facts
from tests.fakes.hostile_server import HostileServer

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIEnvironment

    from tests.integration.conftest import SlackStand

CHANNEL = "C0RELEASES"


@pytest.fixture
def card() -> Card:
    return render(Facts().event(events.pipeline("STARTED")).release)


def test_a_card_is_posted_and_updated_in_place(slack: SlackStand, card: Card) -> None:
    client = Slack(slack.token, slack.api_url)
    timestamp = client.post(CHANNEL, card)
    ended = render(Facts().event(events.pipeline("SUCCEEDED")).release)
    client.update(CHANNEL, timestamp, ended)
    (shown,) = slack.messages()
    assert shown["ts"] == timestamp
    assert shown["text"] == ended.text
    assert shown["metadata"] == ended.metadata


@pytest.mark.parametrize(("retry_after", "seconds"), [(3, 3), (30, 30), (None, 5), (10**9, LONGEST_WAIT), (0, 1)])
def test_f38_a_busy_slack_says_when_to_come_back(
    slack: SlackStand, card: Card, retry_after: int | None, seconds: int
) -> None:
    more = {} if retry_after is None else {"retry_after": retry_after}
    slack.fault("chat.postMessage", status=429, **more)
    with pytest.raises(RetryLaterError) as caught:
        Slack(slack.token, slack.api_url).post(CHANNEL, card)
    assert caught.value.seconds == seconds
    assert len(slack.calls()) == 1


@pytest.mark.parametrize("fault", [{"status": 503}, {"status": 500}, {"error": "internal_error"}, {"drop": "before"}])
def test_an_outage_is_waited_for(slack: SlackStand, card: Card, fault: dict[str, object]) -> None:
    slack.fault("chat.postMessage", **fault)
    with pytest.raises(RetryLaterError) as caught:
        Slack(slack.token, slack.api_url).post(CHANNEL, card)
    assert caught.value.seconds == OUTAGE_WAIT
    assert slack.messages() == []


def test_f39_a_lost_answer_is_not_sent_twice_at_once(slack: SlackStand, card: Card) -> None:
    slack.fault("chat.postMessage", drop=True)
    with pytest.raises(PerhapsSentError):
        Slack(slack.token, slack.api_url).post(CHANNEL, card)
    assert len(slack.messages()) == 1


def test_nobody_listening_is_an_outage(card: Card) -> None:
    with pytest.raises(RetryLaterError, match="out of reach") as caught:
        Slack("token", "http://127.0.0.1:1/api/").post(CHANNEL, card)
    assert not isinstance(caught.value, PerhapsSentError)


@pytest.mark.parametrize(
    ("error", "refusal"),
    [
        ("msg_too_long", SlackRefusedError),
        ("channel_not_found", ChannelRefusedError),
        ("not_in_channel", ChannelRefusedError),
        ("is_archived", ChannelRefusedError),
        ("invalid_auth", TokenRefusedError),
        ("message_not_found", SlackRefusedError),
    ],
)
def test_f40_a_refusal_keeps_slacks_own_word(
    slack: SlackStand, card: Card, error: str, refusal: type[Exception]
) -> None:
    slack.fault("chat.postMessage", error=error)
    with pytest.raises(refusal, match=rf"\b{error}\b"):
        Slack(slack.token, slack.api_url).post(CHANNEL, card)


def test_f40_blocks_that_slack_refuses_are_replaced_by_plain_text(slack: SlackStand, card: Card) -> None:
    slack.fault("chat.postMessage", error="invalid_blocks")
    Slack(slack.token, slack.api_url).post(CHANNEL, card)
    (shown,) = slack.messages()
    assert shown["text"] == card.text
    assert not shown["blocks"]


def test_f50_no_refusal_shows_the_token(slack: SlackStand, card: Card) -> None:
    with pytest.raises(TokenRefusedError) as caught:
        Slack("token-that-slack-refuses", slack.api_url).post(CHANNEL, card)
    assert "token-that" not in str(caught.value)
    assert "token-that" not in repr(slack.calls())


@pytest.mark.parametrize(
    ("status", "body"),
    [
        ("200 OK", b"<html>down for maintenance</html>"),
        ("200 OK", "<html>n\xe4chste Stunde</html>".encode("latin-1")),
        ("403 Forbidden", b"<html>blocked by a proxy</html>"),
        ("502 Bad Gateway", "<html>n\xe4chste Stunde</html>".encode("latin-1")),
        ("429 Too Many Requests", b""),
    ],
)
def test_f40_a_page_instead_of_slacks_answer_is_waited_for(card: Card, status: str, body: bytes) -> None:
    def page(_environ: object, start_response: StartResponse) -> list[bytes]:
        start_response(status, [("Content-Type", "text/html")])
        return [body]

    server = Server(page, "slack", threads=1)
    try:
        with pytest.raises(RetryLaterError):
            Slack("token", f"{server.url}/api/").post(CHANNEL, card)
    finally:
        server.close()


@pytest.mark.parametrize("status", [b"200 OK", b"403 Forbidden"])
@pytest.mark.parametrize("headers", [b"", b"Transfer-Encoding: chunked\r\n"])
def test_an_answer_without_end_is_not_read_to_its_end(card: Card, status: bytes, headers: bytes) -> None:
    size = b"-1\r\n" if headers else b""
    with HostileServer(b"HTTP/1.1 " + status + b"\r\n" + headers + b"\r\n" + size, b"x") as server:
        with pytest.raises(PerhapsSentError, match="the answer is over"):
            Slack("token", f"http://127.0.0.1:{server.port}/api/").post(CHANNEL, card)
        assert server.sent < 16 * ANSWER_LIMIT


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("text/html; charset=no-such", b"{}"),
        ("application/json; charset=undefined", b"{}"),
        ("application/json", b"[" * 100_000),
        ("application/json", b"\xff"),
        ("application/json", b'{"ok": true, "ts": ' + b"1" * 5_000 + b"}"),
        ("application/json", b"1"),
        ("application/json", b"[[1, 2]]"),
        ("application/json", b'{"ok": true}'),
        ("application/json", b'{"ok": true, "ts": "\\ud800"}'),
    ],
)
def test_an_answer_that_cannot_be_read_is_waited_for(card: Card, kind: str, body: bytes) -> None:
    def page(_environ: object, start_response: StartResponse) -> list[bytes]:
        start_response("200 OK", [("Content-Type", kind)])
        return [body]

    server = Server(page, "slack", threads=1)
    try:
        with pytest.raises(RetryLaterError):
            Slack("token", f"{server.url}/api/").post(CHANNEL, card)
    finally:
        server.close()


@pytest.mark.parametrize("status", ["301 Moved Permanently", "302 Found", "303 See Other", "307 Temporary Redirect"])
def test_f50_a_redirect_carries_the_token_nowhere(card: Card, status: str) -> None:
    reached: list[str] = []

    def elsewhere(environ: WSGIEnvironment, start_response: StartResponse) -> list[bytes]:
        reached.append(environ.get("HTTP_AUTHORIZATION", ""))
        start_response("200 OK", [("Content-Type", "application/json")])
        return [b'{"ok": true, "ts": "1.2"}']

    other = Server(elsewhere, "other", threads=1)

    def redirect(_environ: object, start_response: StartResponse) -> list[bytes]:
        start_response(status, [("Location", f"{other.url}/")])
        return [b""]

    server = Server(redirect, "slack", threads=1)
    try:
        with pytest.raises(RetryLaterError):
            Slack("token", f"{server.url}/api/").post(CHANNEL, card)
    finally:
        server.close()
        other.close()
    assert reached == []


def test_f69_interim_answers_without_end_are_counted(card: Card) -> None:
    with HostileServer(b"", b"HTTP/1.1 100 Continue\r\n\r\n") as server:
        with pytest.raises(PerhapsSentError, match="the answer is over"):
            Slack("token", f"http://127.0.0.1:{server.port}/api/").post(CHANNEL, card)
        assert server.sent < 16 * ANSWER_LIMIT


def test_an_answer_byte_by_byte_ends(card: Card, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("crosscheck.cards.slack.ANSWER_SECONDS", -1)
    with (
        HostileServer(b"HTTP/1.1 200 OK\r\n", b"x") as server,
        pytest.raises(PerhapsSentError, match="out of reach: TimeoutError"),
    ):
        Slack("token", f"http://127.0.0.1:{server.port}/api/").post(CHANNEL, card)
