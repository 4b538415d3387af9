from __future__ import annotations

import itertools
from datetime import UTC, timedelta, timezone

import pytest

from crosscheck.ledger.states import RollbackState
from render_widget.request import WidgetRequest
from render_widget.theme import LIGHT
from render_widget.timeline import MOST_SPANS, Timeline, timeline
from render_widget.timeline_view import MOST_TICKS, Scale, ticks
from tests.builders import boards, events
from tests.builders.releases import Facts, deploys

BEGAN = events.BEGAN.timestamp()
NOW = BEGAN + 300


def spans(facts: Facts) -> list[tuple[str, float, float | None, str]]:
    """Name, beginning and end in seconds since the release began, and word."""
    return [
        (span.name, span.began - BEGAN, None if span.ended is None else span.ended - BEGAN, span.look.word)
        for span in timeline(facts.known, NOW).spans
    ]


def test_everything_that_happened_has_its_span_in_the_order_of_the_definition() -> None:
    assert spans(boards.silently_broken()) == [
        ("DeployPrimary", 3, 60, "succeeded"),
        ("Deploy-US-East · us-east-1", 3, 60, "succeeded"),
        ("us-east-1 · verified by Validate-US-East", 60, 80, "passed"),
        ("DeploySecondary", 90, 150, "succeeded"),
        ("Deploy-AP-Southeast · ap-southeast-1", 90, 150, "succeeded"),
        ("ap-southeast-1 · verified", 150, 190, "passed"),
        ("Deploy-EU-West · eu-west-1", 90, 150, "succeeded"),
        ("eu-west-1 · verified", 150, 200, "failed"),
        ("eu-west-1 · rollback", 200, 260, "rolled back"),
    ]


def test_what_goes_on_lasts_until_now_and_an_approval_says_that_it_waits() -> None:
    shown = timeline(boards.waiting_for_approval().known, NOW)
    assert (shown.since, shown.until) == (BEGAN + 3, NOW)
    assert spans(boards.waiting_for_approval())[-2:] == [
        ("Approve", 100, None, "in progress"),
        ("Ship · us-east-1", 100, None, "waits for approval"),
    ]


def test_a_retried_stage_lasts_from_its_first_attempt_on_and_an_action_from_its_latest() -> None:
    facts = Facts()
    for event in events.release_with_retry():
        facts.event(event)
    assert spans(facts)[2:] == [
        ("Deploy", 3, 25, "succeeded"),
        ("One · us-east-1", 3, 9, "succeeded"),
        ("Two · eu-west-1", 20, 25, "succeeded"),
    ]


def test_f02_events_out_of_order_never_give_a_span_that_ends_before_it_begins() -> None:
    facts = Facts().outline(("Deploy", [deploys("One", "us-east-1")]))
    facts.event(events.action("Deploy", "One", "SUCCEEDED", 9))
    assert spans(facts) == [("One · us-east-1", 9, 9, "succeeded")]
    shown = timeline(facts.known, NOW)
    assert shown.until > shown.since


def test_a_rollback_that_goes_on_has_no_end() -> None:
    facts = boards.silently_broken().rollback("DeploySecondary", "eu-west-1", RollbackState.RUNNING, second=230)
    assert spans(facts)[-1] == ("eu-west-1 · rollback", 200, None, "rolling back")


def test_nothing_known_is_an_empty_timeline() -> None:
    assert timeline(Facts().known, NOW) == Timeline((), NOW, NOW + 1, 0)


def test_f41_what_is_too_much_is_left_out_and_counted() -> None:
    facts = Facts()
    for number in range(MOST_SPANS + 5):
        facts.event(events.action("Deploy", f"Action-{number:03d}", "STARTED", number))
    shown = timeline(facts.known, NOW)
    assert (len(shown.spans), shown.left_out) == (MOST_SPANS, 5)


@pytest.mark.parametrize("zone", [UTC, timezone(timedelta(hours=5, minutes=45)), timezone(timedelta(hours=-3))])
@pytest.mark.parametrize("seconds", [1, 7, 59, 60, 61, 599, 3_600, 5_000, 86_400, 400_000, 9_000_000])
def test_ticks_are_round_times_within_the_timeline(seconds: int, zone: timezone) -> None:
    request = WidgetRequest(None, "", LIGHT, zone, (), 1000)
    shown = Timeline((), BEGAN + 13, BEGAN + 13 + seconds, 0)
    found = ticks(shown, request)
    assert len(found) <= MOST_TICKS
    assert all(shown.since < tick < shown.until for tick in found)
    assert len({after - before for before, after in itertools.pairwise(found)}) <= 1


def test_the_scale_leads_from_edge_to_edge() -> None:
    scale = Scale(100, 200, 10, 110)
    assert (scale.at(100), scale.at(150), scale.at(200)) == (10, 60, 110)
