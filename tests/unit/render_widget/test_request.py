from __future__ import annotations

from datetime import UTC, timedelta
from typing import Any

import pytest

from crosscheck.errors import ConfigurationError
from render_widget.request import NARROWEST, WIDEST, parse_request
from render_widget.theme import DARK, LIGHT
from tests.builders.events import load
from tests.builders.releases import SUBJECT

NOW = 1_772_704_800.0  # 2026-03-05 10:00:00 UTC
KEY = SUBJECT.key


def test_a_dashboard_asks_for_the_days_of_its_time_range() -> None:
    request = parse_request(load("widget_board"), NOW)
    assert request.days == ("2026-03-05", "2026-03-04", "2026-03-03", "2026-03-02")
    assert (request.release, request.pipeline, request.theme, request.zone) == (None, "", LIGHT, UTC)
    assert request.width == 1180


def test_a_click_asks_for_a_release_and_a_zoomed_time_range_prevails() -> None:
    request = parse_request(load("widget_release"), NOW)
    assert request.release == SUBJECT
    assert request.days == ("2026-03-04",)
    assert (request.theme, request.zone.utcoffset(None)) == (DARK, timedelta(hours=5, minutes=30))


def test_a_call_without_a_context_gets_the_last_three_days() -> None:
    request = parse_request({}, NOW)
    assert request.days == ("2026-03-05", "2026-03-04", "2026-03-03")
    assert (request.theme, request.zone) == (LIGHT, UTC)


@pytest.mark.parametrize(
    ("event", "named"),
    [
        ({"relase": KEY}, "relase"),
        ({"release": "no key"}, "no key"),
        ({"release": f"image#us-east-1#my-service#sha256:{'0' * 64}"}, "image#"),
        ({"release": 7}, "7"),
        ({"x" * 500: 1}, "x" * 40),
    ],
)
def test_an_unknown_parameter_and_what_is_no_release_are_named(event: dict[str, Any], named: str) -> None:
    with pytest.raises(ConfigurationError, match=named) as raised:
        parse_request(event, NOW)
    assert len(str(raised.value)) < 200


@pytest.mark.parametrize(
    "context",
    [
        None,
        "text",
        {"timezone": {"offsetISO": "somewhere"}, "theme": 3, "width": "wide", "timeRange": "always"},
        {"timezone": None, "timeRange": {"start": "x", "end": None, "zoom": 1}, "width": True},
        {"timeRange": {"start": 1e300, "end": -1e300}, "width": -5},
        {"timeRange": {"start": float("nan"), "end": float("inf")}, "width": float("nan")},
    ],
)
def test_f05_a_context_of_another_form_is_no_error(context: object) -> None:
    request = parse_request({"widgetContext": context}, NOW)
    assert request.days[0] == "2026-03-05"
    assert (request.theme, request.zone) == (LIGHT, UTC)
    assert NARROWEST <= request.width <= WIDEST


def test_a_long_time_range_ends_after_a_month() -> None:
    long = {"widgetContext": {"timeRange": {"start": 0, "end": NOW * 1000}}}
    assert len(parse_request(long, NOW).days) == 31
