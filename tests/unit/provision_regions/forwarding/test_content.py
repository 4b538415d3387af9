"""F10: what a rule matches, and that nothing goes round."""

import json
import re
from dataclasses import replace
from typing import Any

import pytest

from provision_regions.forwarding.rule import FORWARDED, event_pattern, rule_name, target
from provision_regions.ownership.names import Names, names_for
from tests.fakes.regions.forwarding_world import EU, HOME, LONDON, OWNER, ForwardingWorld, properties
from tests.fakes.regions.requests import provider_context, request

ROLE = "arn:aws:iam::111122223333:role/r"


def names(**changes: Any) -> Names:
    found = names_for(request("Create", properties(EU)), provider_context(ForwardingWorld()), "EventForwarding")
    return replace(found, logical_id="Forwarding", **changes)


PUSH = {"action-type": "PUSH", "result": "SUCCESS"}
KINDS = [(part["source"][0], kind) for part in FORWARDED for kind in part["detail-type"]]


def matches(pattern: str, event: dict[str, Any]) -> bool:
    return _matches(json.loads(pattern), event)


def _matches(pattern: dict[str, Any], event: dict[str, Any]) -> bool:
    """EventBridge's rules, as far as these patterns need them."""
    others = {key: part for key, part in pattern.items() if key != "$or"}
    return (
        any(_matches(each, event) for each in pattern.get("$or", [{}]))
        and all(
            _matches(part, event.get(key, {})) if isinstance(part, dict) else event.get(key) in part
            for key, part in others.items()
        )
        if pattern
        else True
    )


def event(region: str, source: str = "aws.codepipeline", kind: str = "") -> dict[str, Any]:
    kinds = dict(reversed(KINDS))
    return {
        "account": "111122223333",
        "region": region,
        "source": source,
        "detail-type": kind or kinds[source],
        "detail": PUSH if source == "aws.ecr" else {"state": "STARTED"},
    }


def test_the_name_is_the_owners_and_every_owner_has_his_own() -> None:
    assert names().owner == OWNER
    owners = [names(), names(stack="other"), names(home_region=EU)]
    found = {rule_name(owner) for owner in owners}
    assert len(found) == 3
    assert all(re.fullmatch(r"crosscheck-forward-[0-9a-f]{12}", name) for name in found)


@pytest.mark.parametrize(("source", "kind"), KINDS)
def test_the_events_of_releases_match(source: str, kind: str) -> None:
    assert matches(event_pattern("111122223333", LONDON), event(LONDON, source, kind))


@pytest.mark.parametrize(
    "change",
    [
        {"source": "aws.ec2"},
        {"detail-type": "ECS Task State Change"},
        {"source": "aws.codedeploy", "detail-type": "CodeDeploy Deployment State-change Notification"},
        {"source": "aws.ecr", "detail-type": "ECR Image Action", "detail": {**PUSH, "action-type": "DELETE"}},
        {"source": "aws.ecr", "detail-type": "ECR Image Action", "detail": {**PUSH, "result": "FAILURE"}},
        {"source": "aws.ecr", "detail-type": "ECR Replication Action"},
        {"account": "999900001111"},
        {"region": EU},
    ],
)
def test_nothing_else_matches(change: dict[str, str]) -> None:
    assert not matches(event_pattern("111122223333", LONDON), event(LONDON) | change)


def test_f10_what_was_forwarded_is_never_forwarded_again_by_two_homes() -> None:
    """Each home has a rule in the other's region; an event keeps its own region on its way."""
    in_london, in_home = event_pattern("111122223333", LONDON), event_pattern("111122223333", HOME)
    from_london = event(LONDON)
    assert matches(in_london, from_london)
    assert not matches(in_home, from_london)


@pytest.mark.parametrize("partition", ["aws", "aws-cn", "aws-us-gov"])
def test_f57_the_target_is_the_home_bus_of_the_partition(partition: str) -> None:
    found = target(names(partition=partition), ROLE)
    arn = f"arn:{partition}:events:us-east-1:111122223333:event-bus/default"
    assert found == {"Id": "home", "Arn": arn, "RoleArn": ROLE}
