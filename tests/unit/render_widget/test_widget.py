"""The widget over a table in moto, from a dashboard's call to HTML."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest

from crosscheck.ledger.release_index import ReleaseIndex
from crosscheck.ledger.table import Ledger
from render_widget.board import MOST_RELEASES, BoardReader
from render_widget.widget import DESCRIPTION, ReleaseWidget
from tests.builders import boards, events, tables
from tests.builders.changes import parse
from tests.builders.releases import SUBJECT, Facts

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

    from tests.builders.events import Event

ENDPOINT = "arn:aws:lambda:us-east-1:111122223333:function:widget"
NOW = events.BEGAN.timestamp() + 300
# What CloudWatch removes, or might: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/add_custom_widget_dashboard_security.html
FORBIDDEN = {"script", "iframe", "use", "object", "embed", "link", "foreignobject"}


@pytest.fixture
def ledger(ledger_table: DynamoDBClient) -> Ledger:
    return Ledger(ledger_table, tables.NAME, 90)


@pytest.fixture
def widget(ledger: Ledger, ledger_table: DynamoDBClient) -> ReleaseWidget:
    return ReleaseWidget(BoardReader(ledger, ReleaseIndex(ledger_table, tables.NAME, 90), lambda: NOW), ENDPOINT)


def keep(ledger: Ledger, *happened: Event) -> None:
    for event in happened:
        change = parse(event)
        ledger.merge(change.subject, change.fact)


def started(number: int, pipeline: str = events.PIPELINE, second: int = 0) -> Event:
    execution = f"00000000-0000-4000-8000-{number:012d}"
    return events.pipeline("STARTED", second, pipeline=pipeline, **{"execution-id": execution})


def asked(**parameters: Any) -> dict[str, Any]:
    return {**events.load("widget_board"), **parameters}


def test_the_board_shows_the_releases_of_the_days_newest_first(ledger: Ledger, widget: ReleaseWidget) -> None:
    keep(ledger, started(1, "shop", 0), started(2, "fleet", 60), started(3, "old", -5 * 86_400))
    page = boards.Page(widget.answer(asked()))
    assert page.text.index("fleet") < page.text.index("shop")
    assert "old" not in page.text
    assert "2 releases · 2 in progress" in page.texts


def test_only_one_pipeline_is_shown_where_the_widget_says_so(ledger: Ledger, widget: ReleaseWidget) -> None:
    keep(ledger, started(1, "shop"), started(2, "fleet"))
    page = boards.Page(widget.answer(asked(pipeline="shop")))
    assert "shop" in page.text
    assert "fleet" not in page.text


def test_a_click_on_a_release_calls_the_function_for_its_timeline(ledger: Ledger, widget: ReleaseWidget) -> None:
    keep(ledger, *events.release_with_retry())
    html = widget.answer(asked())
    [action] = boards.Page(html).all("cwdb-action")
    assert action == {"action": "call", "display": "widget", "endpoint": ENDPOINT}
    # The element before it is the one that is clicked.
    found = re.search(r"</a><cwdb-action [^>]*>([^<]*)</cwdb-action>", html)
    assert found
    timeline = boards.Page(widget.answer(asked(**json.loads(found[1]))))
    assert "Two · eu-west-1" in timeline.texts
    [back, *_] = timeline.all("cwdb-action")
    assert back["endpoint"] == ENDPOINT


def test_more_releases_than_the_board_holds_are_told(ledger: Ledger, widget: ReleaseWidget) -> None:
    keep(ledger, *(started(number) for number in range(MOST_RELEASES + 1)))
    page = boards.Page(widget.answer(asked()))
    assert f"{MOST_RELEASES} releases · {MOST_RELEASES} in progress" in page.texts
    assert "Older releases are left out: choose a shorter time range." in page.texts


def test_days_without_a_release_and_a_release_that_expired_are_said(widget: ReleaseWidget) -> None:
    assert "No release began between 2026-03-02 and 2026-03-05." in boards.Page(widget.answer(asked())).texts
    assert "Nothing is known of this release any more." in boards.Page(widget.answer(asked(release=SUBJECT.key))).texts


def test_a_wrong_parameter_is_said_on_the_widget(widget: ReleaseWidget) -> None:
    assert "unknown parameter relase" in boards.Page(widget.answer(asked(relase="x"))).text


def test_it_describes_itself(widget: ReleaseWidget) -> None:
    assert widget.answer({"describe": True}) == DESCRIPTION
    assert all(f"**{name}**" in DESCRIPTION for name in ("pipeline", "release"))


@pytest.mark.parametrize("release", [False, True])
def test_f42_nothing_that_others_write_becomes_markup(ledger: Ledger, widget: ReleaseWidget, *, release: bool) -> None:
    hostile = "</text></svg><script>alert(1)</script><img src=x onerror=alert(1)>\"'&{{7*7}}\u202e"
    failed = {"execution-result": {"external-execution-summary": hostile, "external-execution-url": "javascript:x"}}
    trigger = {"trigger-type": hostile, "commit-id": hostile, "commit-message": hostile, "author-display-name": hostile}
    keep(
        ledger,
        events.pipeline("STARTED", 0, **{"execution-trigger": trigger}),
        events.action("Deploy", "One", "FAILED", 9, region="eu-west-1", more=failed),
        events.pipeline("FAILED", 9),
    )
    page = boards.Page(widget.answer(asked(**({"release": SUBJECT.key} if release else {}))))
    assert not {name for name, _ in page.tags} & (FORBIDDEN | {"img"})
    assert not [name for _, attributes in page.tags for name in attributes if name.startswith("on")]
    assert all(link.get("href", "https://").startswith("https://") for link in page.all("a"))
    assert "<script>alert(1)</script>" in page.text
    assert "\u202e" not in page.text


def rendered(facts: Facts, ledger: Ledger, widget: ReleaseWidget, **parameters: Any) -> boards.Page:
    for name, record in facts.records.items():
        once = {f"once_{key}": {"S": json.dumps(value)} for key, value in record.once.items()}
        latest = {"latest": {"S": json.dumps(record.latest)}, "revision": {"N": str(record.revision)}}
        listed = {"board": {"S": "open"}, "started": {"S": "2026-03-04T10:00:00.000000"}} if name == "pipeline" else {}
        key = {"pk": {"S": SUBJECT.key}, "sk": {"S": name}}
        ledger.client.put_item(TableName=ledger.table, Item={**key, **latest, **once, **listed})
    return boards.Page(widget.answer(asked(**parameters)))


def test_the_board_says_in_words_what_every_cell_shows(ledger: Ledger, widget: ReleaseWidget) -> None:
    page = rendered(boards.silently_broken(), ledger, widget)
    cells = [drawn["aria-label"] for drawn in page.all("svg") if drawn.get("role") == "img"]
    assert cells == [
        "ap-southeast-1: passed · 2 of 2 tasks run",
        "eu-west-1: rolled back · runs my-service:1 (from before the first release) · was: 0 of 2 tasks run",
        "us-east-1: passed · 2 of 2 tasks run my-service:2",
    ]
    assert "pipeline succeeded, but eu-west-1 had to be rolled back" in page.texts
    assert "1 release · 1 with a region that failed" in page.texts
    assert "was: 0 of 2 tasks run" in page.texts


@pytest.mark.parametrize("parameters", [{}, {"release": SUBJECT.key}])
def test_what_happens_next_and_who_acts_stands_on_the_board_and_above_the_timeline(
    ledger: Ledger, widget: ReleaseWidget, parameters: dict[str, str]
) -> None:
    page = rendered(boards.silently_broken(), ledger, widget, **parameters)
    assert "Next: nothing to do now: eu-west-1 runs an earlier version again, " in page.text
    assert "whoever released this fixes the cause and releases again" in page.text


def test_a_release_that_needs_nothing_says_nothing_of_a_next_step(ledger: Ledger, widget: ReleaseWidget) -> None:
    facts = Facts().event(events.pipeline("STARTED")).event(events.pipeline("SUCCEEDED", 9))
    assert "Next:" not in rendered(facts, ledger, widget).text


def test_who_has_to_act_stands_above_the_board_and_above_the_timeline(ledger: Ledger, widget: ReleaseWidget) -> None:
    facts = boards.waiting_for_approval()
    assert f"1 release · 1 waits for an approval: {events.PIPELINE}" in rendered(facts, ledger, widget).texts
    page = rendered(facts, ledger, widget, release=SUBJECT.key)
    assert "Approve / Ship waits for an approval" in page.texts
    links = [link["href"] for link in page.all("a") if "href" in link]
    assert any("/codesuite/codepipeline/pipelines/multi-region-service/view" in link for link in links)


def test_the_timeline_has_a_bar_a_word_and_a_title_for_every_step(ledger: Ledger, widget: ReleaseWidget) -> None:
    page = rendered(boards.silently_broken(), ledger, widget, release=SUBJECT.key)
    bars = [each["class"] for each in page.all("rect")]
    assert len(bars) == len([name for name, _ in page.tags if name == "title"]) == 9
    assert bars.count("bad-bar") == 1
    assert bars.count("warn-bar") == 1
    assert "eu-west-1 · verified: failed, 50 s" in page.texts
    assert "eu-west-1 · rollback: rolled back, 1 min 0 s" in page.texts
    assert "us-east-1 · verified by Validate-US-East: passed, 20 s" in page.texts
    [drawing] = [each for each in page.all("svg") if each.get("role") == "img"]
    assert drawing["aria-label"] == "timeline of 9 steps, 4 min 17 s long"
