"""Custom::ReplicationRules in a stack of one's own: other people's rules stay, whatever becomes of ours."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.e2e.outside import wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from local.account import Account
    from tests.e2e.outside import Outside

pytestmark = pytest.mark.e2e

STACK = "own-rules"
WAIT = {"Delay": 1, "MaxAttempts": 180}


@pytest.fixture
def theirs(outside: Outside) -> Iterator[dict[str, Any]]:
    """A rule that somebody made by hand, beside what was there."""
    client = outside.client("ecr")
    registry = client.describe_registry()
    before = registry["replicationConfiguration"]["rules"]
    rule = {
        "destinations": [{"region": "ca-central-1", "registryId": registry["registryId"]}],
        "repositoryFilters": [{"filter": "theirs", "filterType": "PREFIX_MATCH"}],
    }
    client.put_replication_configuration(replicationConfiguration={"rules": [*before, rule]})
    yield rule
    client.put_replication_configuration(replicationConfiguration={"rules": before})


def _template(account: Account, destinations: Sequence[str], prefixes: Sequence[str]) -> str:
    properties = {
        "ServiceToken": account.outputs["RegionalProviderArn"],
        "ServiceTimeout": 300,
        "Destinations": list(destinations),
        "RepositoryPrefixes": list(prefixes),
    }
    return json.dumps({"Resources": {"Mine": {"Type": "Custom::ReplicationRules", "Properties": properties}}})


def _rules(outside: Outside) -> list[dict[str, Any]]:
    rules: list[dict[str, Any]] = outside.client("ecr").describe_registry()["replicationConfiguration"]["rules"]
    return rules


def _ours(outside: Outside, prefix: str) -> set[str]:
    """The destinations of the rules for a prefix."""
    named = [rule for rule in _rules(outside) if prefix in [one["filter"] for one in rule["repositoryFilters"]]]
    return {to["region"] for rule in named for to in rule["destinations"]}


def test_f25_rules_come_change_and_go_and_those_of_others_stay(
    account: Account, outside: Outside, theirs: dict[str, Any]
) -> None:
    client = outside.client("cloudformation")
    before = _rules(outside)
    client.create_stack(StackName=STACK, TemplateBody=_template(account, ["eu-west-1"], ["shop-a"]))
    client.get_waiter("stack_create_complete").wait(StackName=STACK, WaiterConfig=WAIT)
    assert _ours(outside, "shop-a") == {"eu-west-1"}
    client.update_stack(StackName=STACK, TemplateBody=_template(account, ["eu-west-1", "sa-east-1"], ["shop-b"]))
    client.get_waiter("stack_update_complete").wait(StackName=STACK, WaiterConfig=WAIT)
    assert (_ours(outside, "shop-a"), _ours(outside, "shop-b")) == (set(), {"eu-west-1", "sa-east-1"})
    client.update_stack(StackName=STACK, TemplateBody=_template(account, ["nowhere-9"], ["shop-b"]))

    def rolled_back() -> bool:
        status = client.describe_stacks(StackName=STACK)["Stacks"][0]["StackStatus"]
        return bool(status == "UPDATE_ROLLBACK_COMPLETE")

    wait_until(rolled_back, "the rollback of an update to nonsense")
    assert _ours(outside, "shop-b") == {"eu-west-1", "sa-east-1"}
    assert theirs in _rules(outside)
    client.delete_stack(StackName=STACK)
    client.get_waiter("stack_delete_complete").wait(StackName=STACK, WaiterConfig=WAIT)
    assert _rules(outside) == before
