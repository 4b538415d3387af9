"""What a dashboard asks the widget for.

Every call has the widget's parameters and ``widgetContext``, which holds theme, time zone, time range and size. A call
without the latter gets the defaults.
https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/add_custom_widget_dashboard_about.html
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

from crosscheck.errors import ConfigurationError
from crosscheck.ledger.subjects import Subject, parse_subject
from render_widget.theme import LIGHT, THEMES, Theme

CONTEXT = "widgetContext"
PARAMETERS = ("release", "pipeline")
DEFAULT_DAYS = 3
MOST_DAYS = 31
NARROWEST, WIDEST, USUAL = 640.0, 1600.0, 1100.0


@dataclass(frozen=True)
class WidgetRequest:
    """``release``: the one whose timeline is wanted, None for the board. ``pipeline``: the only one to show, empty for
    all. ``days`` are those of the dashboard's time range, the newest first. ``width`` is in pixels."""

    release: Subject | None
    pipeline: str
    theme: Theme
    zone: timezone
    days: tuple[str, ...]
    width: float


def parse_request(event: Mapping[str, Any], now: float) -> WidgetRequest:
    """The request of an event; ``now`` in epoch seconds.

    Raises:
        ConfigurationError: a parameter is unknown, or names no release; the text is for the dashboard's reader.
    """
    unknown = sorted(event.keys() - {CONTEXT, *PARAMETERS})
    if unknown:
        raise ConfigurationError(f"unknown parameter {unknown[0][:40]}; there are {' and '.join(PARAMETERS)}")
    context = _mapping(event.get(CONTEXT))
    return WidgetRequest(
        release=_release(event.get("release")),
        pipeline=str(event.get("pipeline") or ""),
        theme=THEMES.get(str(context.get("theme")), LIGHT),
        zone=_zone(_mapping(context.get("timezone")).get("offsetISO")),
        days=_days(_mapping(context.get("timeRange")), now),
        width=min(WIDEST, max(NARROWEST, _number(context.get("width"), USUAL))),
    )


def _release(key: object) -> Subject | None:
    if not key:
        return None
    subject = parse_subject(str(key))
    if not isinstance(subject, Subject):
        raise ConfigurationError(f"no release's key: {str(key)[:80]}")
    return subject


def _zone(offset: object) -> timezone:
    """The zone of an offset such as ``+05:30``; UTC where it is none."""
    try:
        moment = datetime.strptime(str(offset), "%z")
    except ValueError:
        return UTC
    return timezone(moment.utcoffset() or timedelta())


def _days(chosen: Mapping[str, Any], now: float) -> tuple[str, ...]:
    """The days (UTC) of a time range, whose bounds are in epoch milliseconds; a part of it that is zoomed prevails."""
    bounds = _mapping(chosen.get("zoom")) or chosen
    last = _day(_number(bounds.get("end"), now * 1000) / 1000, now)
    first = _day(_number(bounds.get("start"), (now - (DEFAULT_DAYS - 1) * 86_400) * 1000) / 1000, now)
    count = min(MOST_DAYS, max(0, (last - first).days) + 1)
    return tuple(f"{last - timedelta(days=ago):%Y-%m-%d}" for ago in range(count))


def _day(epoch: float, now: float) -> datetime:
    """The beginning of the day; today where the number is no time."""
    try:
        moment = datetime.fromtimestamp(epoch, UTC)
    except (OverflowError, OSError, ValueError):
        moment = datetime.fromtimestamp(now, UTC)
    return moment.replace(hour=0, minute=0, second=0, microsecond=0)


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _number(value: object, default: float) -> float:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else default
