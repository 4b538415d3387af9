"""The function, as CloudWatch calls it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from render_widget import handler as entry
from tests.builders import boards, tables
from tests.builders.events import load
from tests.builders.lambdas import Context

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

CONTEXT: Any = Context()


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch, ledger_table: DynamoDBClient) -> None:
    monkeypatch.setenv("LEDGER_TABLE", tables.NAME)
    monkeypatch.setenv("LEDGER_RETENTION_DAYS", "90")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    entry._reader.cache_clear()


@pytest.mark.parametrize(
    ("event", "answer"),
    [("widget_board", "No release began between"), ("widget_release", "Nothing is known of this release any more.")],
)
def test_a_dashboards_call_is_answered_with_html(event: str, answer: str) -> None:
    html = entry.handler(load(event), CONTEXT)
    assert answer in boards.Page(html).text


def test_a_console_that_asks_for_documentation_gets_it() -> None:
    assert entry.handler({"describe": True}, CONTEXT).startswith("## Crosscheck")
