from __future__ import annotations

from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.stub import Stubber

from crosscheck.ledger.subjects import ImageSubject
from plan_checks.image_plan import destinations

if TYPE_CHECKING:
    from collections.abc import Sequence

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
