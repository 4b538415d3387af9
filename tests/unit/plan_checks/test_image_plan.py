from __future__ import annotations

from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.stub import Stubber

from crosscheck.ledger.image_facts import PushedImage
from crosscheck.ledger.subjects import ImageSubject
from crosscheck.ledger.table import Ledger
from crosscheck.verification.item import parse_item
from plan_checks.image_plan import ImagePlanning, destinations
from plan_checks.rollback_mode import Mode
from plan_checks.settings import PlanSettings
from tests.builders import tables
from tests.fakes.cards import Cards
from tests.fakes.ecr import FakeEcr
from tests.fakes.json_protocol import FakeClients

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mypy_boto3_dynamodb import DynamoDBClient

ACCOUNT = "111122223333"
IMAGE = ImageSubject("us-east-1", "my-service", "sha256:" + "0" * 64)


def _rule(regions: Sequence[str], prefixes: Sequence[str] = (), registry: str = ACCOUNT) -> dict[str, Any]:
    rule: dict[str, Any] = {"destinations": [{"region": region, "registryId": registry} for region in regions]}
    if prefixes:
        rule["repositoryFilters"] = [{"filter": prefix, "filterType": "PREFIX_MATCH"} for prefix in prefixes]
    return rule


def _destinations(
    rules: list[dict[str, Any]], promised: Sequence[str] = (), prefixes: Sequence[str] = ()
) -> tuple[str, ...]:
    client = boto3.client("ecr", region_name="us-east-1")
    with Stubber(client) as stub:
        answer = {"registryId": ACCOUNT, "replicationConfiguration": {"rules": rules}}
        stub.add_response("describe_registry", answer)
        return destinations(client, IMAGE, promised, prefixes)


@pytest.mark.parametrize(
    ("rules", "found"),
    [
        ([], ()),
        ([_rule(["eu-west-1", "ap-southeast-1"], ["my-"])], ("ap-southeast-1", "eu-west-1")),
        ([_rule(["eu-west-1"])], ("eu-west-1",)),
        ([_rule(["eu-west-1"], ["other"])], ()),
        ([_rule(["eu-west-1"], ["other", "my-service"])], ("eu-west-1",)),
        ([_rule(["eu-west-1"], ["my"]), _rule(["eu-west-1", "sa-east-1"], ["my-s"])], ("eu-west-1", "sa-east-1")),
        ([_rule(["eu-west-1"], ["my"], registry="999988887777")], ()),
    ],
)
def test_the_destinations_are_those_of_the_matching_rules(rules: list[dict[str, Any]], found: tuple[str, ...]) -> None:
    assert _destinations(rules) == found


def test_what_the_stack_promises_counts_without_a_rule() -> None:
    assert _destinations([], ["eu-west-1", "us-east-1"], ["my-"]) == ("eu-west-1",)
    assert _destinations([], ["eu-west-1"], ["other"]) == ()
    assert _destinations([], ["eu-west-1"], []) == ()


def test_an_image_is_looked_for_under_the_tag_that_was_pushed_and_since_then(ledger_table: DynamoDBClient) -> None:
    ledger, registry = Ledger(ledger_table, tables.NAME, 90), FakeEcr()
    registry.replicate("eu-west-1")
    clients = FakeClients({("ecr", "us-east-1"): registry})
    planning = ImagePlanning(clients, ledger, Cards(), PlanSettings((), (), Mode.OFF, "gate"), lambda: 1_800_000_100.0)
    named = {"repository": IMAGE.repository, "digest": IMAGE.digest, "source_region": "us-east-1"}
    (unknown,) = planning.plan(IMAGE)
    assert [(check.parameters, check.since) for check in unknown.checks] == [(named, 0.0)]
    ledger.merge(IMAGE, PushedImage(1_800_000_000.0, {"v1": 1_800_000_000.0}).to_fact("event"))
    (item,) = planning.plan(IMAGE)
    assert parse_item(item.to_json()) == item
    assert [(check.parameters, check.since) for check in item.checks] == [({**named, "tag": "v1"}, 1_800_000_000.0)]


@pytest.mark.parametrize("order", [1, -1])
def test_every_tag_that_was_pushed_for_an_image_is_looked_for(ledger_table: DynamoDBClient, order: int) -> None:
    """A build pushes its commit and ``latest`` in the same second."""
    ledger, registry = Ledger(ledger_table, tables.NAME, 90), FakeEcr()
    registry.replicate("eu-west-1")
    for number, tag in list(enumerate(["4f1e2d3", "latest"]))[::order]:
        fact = PushedImage(1_800_000_000.0, {tag: 1_800_000_000.0}).to_fact(f"event-{number}")
        ledger.merge(IMAGE, fact)
        ledger.merge(IMAGE, fact)
    clients = FakeClients({("ecr", "us-east-1"): registry})
    planning = ImagePlanning(clients, ledger, Cards(), PlanSettings((), (), Mode.OFF, "gate"), lambda: 1_800_000_100.0)
    (item,) = planning.plan(IMAGE)
    assert sorted(check.parameters["tag"] for check in item.checks) == ["4f1e2d3", "latest"]


def test_of_very_many_tags_the_newest_are_looked_for(ledger_table: DynamoDBClient) -> None:
    ledger, registry = Ledger(ledger_table, tables.NAME, 90), FakeEcr()
    registry.replicate("eu-west-1")
    for number in range(12):
        ledger.merge(IMAGE, PushedImage(float(number), {f"v{number}": float(number)}).to_fact("event"))
    clients = FakeClients({("ecr", "us-east-1"): registry})
    planning = ImagePlanning(clients, ledger, Cards(), PlanSettings((), (), Mode.OFF, "gate"), lambda: 1_800_000_100.0)
    (item,) = planning.plan(IMAGE)
    assert [check.parameters["tag"] for check in item.checks] == [f"v{number}" for number in range(11, 1, -1)]
