"""F34: no answer is over 4096 bytes, however many regions and however long the names."""

import json

from hypothesis import given
from hypothesis import strategies as st

from provision_regions.context import partition_named
from provision_regions.custom_resource.request import MAX_BODY, Answer, body, succeeded
from provision_regions.ownership.names import Names
from provision_regions.stores.attributes import Store, attributes
from tests.fakes.regions.requests import properties, request

REGIONS = sorted(partition_named("aws").regions)
UUID = "00000000-0000-0000-0000-000000000001"


def answer_for(count: int, stack: str = "shop", logical: str = "Stores", prefix: str = "pipeline-artifacts") -> Answer:
    names = Names("aws", "111122223333", "us-east-1", stack, logical, prefix)
    arn = "arn:aws:kms:{}:111122223333:key/" + UUID
    stores = tuple(Store(region, names.bucket(region), arn.format(region)) for region in REGIONS[:count])
    asked = request(
        "Create",
        properties(),
        LogicalResourceId=logical,
        StackId=f"arn:aws:cloudformation:us-east-1:111122223333:stack/{stack}/{UUID}",
    )
    answer = succeeded(attributes(asked, names, stores))
    assert len(body(asked, answer)) <= MAX_BODY
    return answer


letters = st.text("abcdefghijklmnopqrstuvwxyz0123456789", min_size=1)


@given(st.integers(1, len(REGIONS)), letters.map(lambda s: s[:128]), letters.map(lambda s: s[:255]))
def test_f34_every_answer_fits(count: int, stack: str, logical: str) -> None:
    answer = answer_for(count, stack, logical)
    assert answer.data["ParameterPath"] == f"/crosscheck/{stack}/pipeline-artifacts"
    buckets = [name for name in answer.data if name.endswith(".Bucket")]
    assert len([name for name in answer.data if name.endswith(".KeyArn")]) == len(buckets)


def test_f34_json_of_all_stores_goes_first_then_the_last_regions_attributes() -> None:
    few, some, many = answer_for(8), answer_for(16), answer_for(len(REGIONS))
    assert len(json.loads(few.data["ArtifactStores"])) == 8
    assert some.data["ArtifactStores"] == "ssm:/crosscheck/shop/pipeline-artifacts"
    assert len(some.data) == 2 + 2 * 16
    assert 2 + 2 * 16 < len(many.data) < 2 + 2 * len(REGIONS)
    assert f"{REGIONS[0]}.KeyArn" in many.data
