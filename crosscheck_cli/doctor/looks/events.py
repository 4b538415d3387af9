"""Reading EventBridge's rules."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from crosscheck.aws_errors import ignoring
from crosscheck.size_limits import parse_json
from crosscheck_cli.doctor.rules.events import SeenRule
from crosscheck_cli.stack.connection import Connection

if TYPE_CHECKING:
    from mypy_boto3_events import EventBridgeClient

FORWARDING = "crosscheck-forward-"


def look_at_own_rule(connection: Connection, logical_id: str) -> SeenRule:
    """A rule of the stack, in the home region."""
    region, name = connection.stack.home_region, connection.stack.resources[logical_id].rpartition("|")[2]
    client = connection.clients.client("events")
    with ignoring("ResourceNotFoundException"):
        found = client.describe_rule(Name=name)
        return _seen(client, region, name, found["State"], found.get("EventPattern", "{}"))
    return SeenRule(name, region, "")


def look_at_forwarding(connection: Connection, region: str) -> Sequence[SeenRule]:
    """The rules of a region that forward events, whosever they are."""
    client = connection.clients.client("events", region)
    pages = client.get_paginator("list_rules").paginate(NamePrefix=FORWARDING)
    found = [rule for page in pages for rule in page["Rules"]]
    return [_seen(client, region, each["Name"], each["State"], each.get("EventPattern", "{}")) for each in found]


def _seen(client: EventBridgeClient, region: str, name: str, state: str, pattern: str) -> SeenRule:
    targets = client.list_targets_by_rule(Rule=name)["Targets"]
    return SeenRule(
        name, region, state, tuple(each["Arn"] for each in targets), frozenset(_sources(parse_json(pattern)))
    )


def _sources(pattern: Mapping[str, Any]) -> Iterator[str]:
    yield from pattern.get("source", [])
    for either in pattern.get("$or", []):
        yield from either.get("source", [])
