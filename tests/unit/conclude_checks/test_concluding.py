from __future__ import annotations

from typing import TYPE_CHECKING, Any

from conclude_checks.concluding import UNJUDGED, Concluding
from crosscheck import facts
from crosscheck.ledger import Fact, Ledger, Order
from crosscheck.releases import fold_image
from crosscheck.subjects import ImageSubject
from tests.builders import tables
from tests.builders.releases import SUBJECT
from tests.fakes.cards import Cards

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

IMAGE = ImageSubject("us-east-1", "my-service", "sha256:" + "0" * 64)
NOW = 1_800_000_000.0


def _verified(**verdicts: str) -> dict[str, Any]:
    regions = [{"region": region.replace("_", "-"), "since": NOW - 60} for region in verdicts]
    results = [
        {"region": item["region"], **({"verdict": verdict} if verdict else {})}
        for item, verdict in zip(regions, verdicts.values(), strict=True)
    ]
    return {"subject": IMAGE.key, "regions": regions, "results": results}


def test_regions_are_sorted_by_what_they_came_to(ledger_table: DynamoDBClient) -> None:
    concluding = Concluding(Ledger(ledger_table, tables.NAME, 90), Cards(), lambda: NOW)
    verified = _verified(eu_west_1="PASS", ap_southeast_1="FAIL", sa_east_1="INCONCLUSIVE", ca_central_1="")
    assert concluding.conclude(verified) == {
        "passed": ["eu-west-1"],
        "failed": ["ap-southeast-1"],
        "unknown": ["ca-central-1", "sa-east-1"],
    }


def test_a_region_whose_check_never_answered_is_closed_as_unknown(ledger_table: DynamoDBClient) -> None:
    ledger = Ledger(ledger_table, tables.NAME, 90)
    ledger.merge(IMAGE, Fact(facts.DESTINATIONS, Order.first(), {"regions": ["eu-west-1"]}))
    Concluding(ledger, Cards(), lambda: NOW).conclude(_verified(eu_west_1=""))
    (region,) = fold_image(IMAGE, ledger.read(IMAGE)).regions
    assert (region.state, region.reason) == ("unknown", UNJUDGED)


def test_the_releases_that_deploy_the_image_are_told(ledger_table: DynamoDBClient) -> None:
    ledger, cards = Ledger(ledger_table, tables.NAME, 90), Cards()
    ledger.merge(IMAGE, Fact(facts.deployed_by(SUBJECT.key), Order.first(), {}))
    Concluding(ledger, cards, lambda: NOW).conclude(_verified(eu_west_1="PASS"))
    assert cards.told == [IMAGE.key, SUBJECT.key]
