"""How long a card waits where Slack asks to slow down."""

import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from slack_sdk.web import SlackResponse

from crosscheck.cards.layout import Card
from crosscheck.cards.slack import DEFAULT_WAIT, LONGEST_WAIT, Slack
from crosscheck.errors import RetryLaterError


@pytest.mark.parametrize(
    ("told", "seconds"),
    [
        ("30", 30),
        ("0", 1),
        ("999999", LONGEST_WAIT),
        ("9" * 5_000, DEFAULT_WAIT),
        ("-1", DEFAULT_WAIT),
        ("²", DEFAULT_WAIT),
        ("Wed, 21 Oct 2026 07:28:00 GMT", DEFAULT_WAIT),
    ],
)
def test_f40_the_wait_that_slack_asks_for_is_bounded(told: str, seconds: int, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(client: WebClient, _method: str, **_: object) -> None:
        answer = SlackResponse(
            client=client,
            http_verb="POST",
            api_url="",
            req_args={},
            data={"ok": False, "error": "ratelimited"},
            headers={"Retry-After": told},
            status_code=429,
        )
        raise SlackApiError("", answer)  # type: ignore[no-untyped-call]  # slack_sdk

    monkeypatch.setattr(WebClient, "api_call", refuse)
    with pytest.raises(RetryLaterError) as later:
        Slack("xoxb-1", "http://127.0.0.1/").post("C1", Card("x", [], {}))
    assert later.value.seconds == seconds
