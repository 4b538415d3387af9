"""A rule whose target is an event bus of another region, which ministack does not deliver to.

As on AWS the event keeps the account and the region that it came from, and gets an id and a time of its own.
"""

import time
import uuid
from typing import Any

from ministack.core import responses
from ministack.services import eventbridge


def _rule_in_region(rule: dict[str, Any]) -> str:
    """Names a rule uniquely over regions: an event passes each rule once, so two buses cannot play ping-pong."""
    return f"{responses.get_region()}|{rule.get('EventBusName', 'default')}|{rule.get('Name')}"


def _forward(spec: Any, event: dict[str, Any], passed: set[str], detail: str | None) -> None:
    """Dispatch on the bus that ``spec`` names, in its region."""
    region = responses._request_region.set(spec.region)  # noqa: SLF001 - ministack offers no public name
    try:
        eventbridge._ensure_default_bus()  # noqa: SLF001
        bus = spec.resource.split("/", 1)[1]
        if bus not in eventbridge._event_buses:  # noqa: SLF001
            eventbridge.logger.warning("EventBridge -> Event bus: %s not found", spec)
            return
        stamp = {"EventId": str(uuid.uuid4()), "Time": int(time.time())}
        forwarded = {**event, **stamp, "EventBusName": bus, "_DispatchPath": sorted(passed)}
        if detail is not None:
            forwarded["Detail"] = detail
        eventbridge._dispatch_event(forwarded)  # noqa: SLF001
    finally:
        responses._request_region.reset(region)  # noqa: SLF001


def install() -> None:
    """Replace the delivery to event buses."""
    deliver = eventbridge._dispatch_to_event_bus  # noqa: SLF001

    def dispatch(spec: Any, event: dict[str, Any], rule: Any, event_path: set[str], detail: str | None = None) -> None:
        here = spec.region == responses.get_region() or spec.account_id != responses.get_account_id()
        if here or not spec.resource.startswith("event-bus/"):
            deliver(spec, event, rule, event_path, detail)
            return
        passed = _rule_in_region(rule)
        if passed in event_path:
            eventbridge.logger.warning("EventBridge -> Event bus: %s was passed already", passed)
            return
        _forward(spec, event, {*event_path, passed}, detail)

    eventbridge._dispatch_to_event_bus = dispatch  # noqa: SLF001
