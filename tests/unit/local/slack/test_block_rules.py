from typing import Any

import pytest

from local.slack.block_rules import problems
from tests.unit.local.slack.conftest import CHANNEL, Slack, section

DIVIDER = {"type": "divider"}


def header(text: str) -> dict[str, Any]:
    return {"type": "header", "text": {"type": "plain_text", "text": text}}


def context(count: int) -> dict[str, Any]:
    return {"type": "context", "elements": [{"type": "mrkdwn", "text": "x"}] * count}


def fields(count: int, length: int) -> dict[str, Any]:
    return {"type": "section", "fields": [{"type": "mrkdwn", "text": "x" * length}] * count}


def buttons(count: int, **more: Any) -> dict[str, Any]:
    button = {"type": "button", "text": {"type": "plain_text", "text": "Go"}, **more}
    return {"type": "actions", "elements": [button] * count}


AT_THE_LIMIT = [
    [DIVIDER] * 50,
    [section("x" * 3_000)],
    [header("x" * 150)],
    [context(10)],
    [fields(10, 1_000)],
    [fields(1, 2_000)],
    [buttons(25, style="danger", value="v")],
    [{"type": "image", "image_url": "https://example.com/x.png", "alt_text": "a chart"}],
]
BEYOND = [
    ([DIVIDER] * 51, "no more than 50 items allowed [json-pointer:/blocks]"),
    ([section("x" * 3_001)], "must be less than 3001 characters [json-pointer:/blocks/0/text/text]"),
    ([section("")], "must be more than 0 characters [json-pointer:/blocks/0/text/text]"),
    ([DIVIDER, header("x" * 151)], "must be less than 151 characters [json-pointer:/blocks/1/text/text]"),
    ([context(11)], "no more than 10 items allowed [json-pointer:/blocks/0/elements]"),
    ([context(0)], "missing required field: elements [json-pointer:/blocks/0]"),
    ([fields(11, 1)], "no more than 10 items allowed [json-pointer:/blocks/0/fields]"),
    ([fields(1, 2_001)], "must be less than 2001 characters [json-pointer:/blocks/0/fields/0/text]"),
    ([buttons(26)], "no more than 25 items allowed [json-pointer:/blocks/0/elements]"),
    ([buttons(1, style="loud")], "must be one of primary, danger [json-pointer:/blocks/0/elements/0/style]"),
    ([{"type": "section"}], "missing required field: text or fields [json-pointer:/blocks/0]"),
    ([{"type": "carousel"}], "unsupported type: carousel [json-pointer:/blocks/0/type]"),
    ([{"type": ["header"]}], "unsupported type: ['header'] [json-pointer:/blocks/0/type]"),
    ([{**DIVIDER, "block_id": "a"}] * 2, "block_id already exists: a [json-pointer:/blocks/1/block_id]"),
    (
        [{"type": "header", "text": {"type": "mrkdwn", "text": "x"}}],
        "must be a text object of type plain_text [json-pointer:/blocks/0/text]",
    ),
]


@pytest.mark.parametrize("blocks", AT_THE_LIMIT)
def test_f41_what_slack_just_accepts(blocks: list[dict[str, Any]]) -> None:
    assert list(problems(blocks)) == []


@pytest.mark.parametrize(("blocks", "problem"), BEYOND)
def test_f41_what_slack_refuses(blocks: list[dict[str, Any]], problem: str) -> None:
    assert list(problems(blocks)) == [problem]


def test_f40_invalid_blocks_come_with_the_reasons(slack: Slack) -> None:
    refused = slack.refusal("chat.postMessage", channel=CHANNEL, text="x", blocks=[header("x" * 151), {"type": "bad"}])
    assert refused.response["error"] == "invalid_blocks"
    assert refused.response["response_metadata"]["messages"] == [
        "[ERROR] must be less than 151 characters [json-pointer:/blocks/0/text/text]",
        "[ERROR] unsupported type: bad [json-pointer:/blocks/1/type]",
    ]


def test_f41_the_text_of_all_blocks_together_has_a_limit(slack: Slack) -> None:
    assert slack.post(text="x", blocks=[section("x" * 2_600)] * 5)
    assert slack.error("chat.postMessage", channel=CHANNEL, text="x", blocks=[section("x" * 2_601)] * 5) == (
        "msg_blocks_too_long"
    )
