"""The entry point: what cannot be acted on stays in the queue, with everything behind it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import pytest

from apply_decision import handler as module
from crosscheck.decisions.click import Click, parse_click
from tests.builders import events, lambdas

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext


class Maker:
    """Acts on clicks until it meets an outage."""

    def __init__(self, *outages: int) -> None:
        self.seen: list[Click] = []
        self.outages = set(outages)

    def decide(self, click: Click) -> None:
        self.seen.append(click)
        if len(self.seen) in self.outages:
            raise ConnectionError("the ledger is out of reach")


def handle(records: list[dict[str, Any]], maker: Maker, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    monkeypatch.setattr(module, "_decisions", lambda: maker)
    answer = module.handler({"Records": records}, cast("LambdaContext", lambdas.Context()))
    return [failure["itemIdentifier"] for failure in answer["batchItemFailures"]]


@pytest.fixture
def record() -> dict[str, Any]:
    (found,) = events.load("decisions_message")["Records"]
    return dict(found)


def test_the_example_is_a_click(record: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    maker = Maker()
    assert handle([record], maker, monkeypatch) == []
    assert maker.seen == [parse_click(record["body"])]


def test_behind_one_that_waits_all_wait(record: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    records = [{**record, "messageId": name} for name in ("a", "b", "c")]
    maker = Maker(2)
    assert handle(records, maker, monkeypatch) == ["b", "c"]
    assert len(maker.seen) == 2


def test_what_is_no_click_ends_among_the_dead_letters(record: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    maker = Maker()
    assert handle([{**record, "body": "{}"}], maker, monkeypatch) == [record["messageId"]]
    assert maker.seen == []


def test_nothing_is_told_to_a_foreign_address(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[str] = []

    def tell(url: str, _text: str) -> bool:
        told.append(url)
        return True

    monkeypatch.setattr(module, "tell", tell)
    for url in ("https://hooks.slack.com/actions/1", "https://evil.example/", "http://127.0.0.1:9001/"):
        module._tell(url, "you are late")
    assert told == ["https://hooks.slack.com/actions/1"]
