import pytest

from provision_regions.custom_resource.request import read_request

STACK = "arn:aws-cn:cloudformation:cn-north-1:111122223333:stack/shop/0f"


def test_reads_what_is_there() -> None:
    request = read_request({"ResponseURL": "u", "RequestType": "Delete", "StackId": STACK}, "cn-north-1")
    assert request.stack_name == "shop"
    assert request.properties == {}


@pytest.mark.parametrize(
    "odd", [{"StackId": 5}, {"ResourceProperties": "x"}, {"RequestType": None}, {"StackId": "a:b"}]
)
def test_oddities_do_not_keep_it_from_being_answered(odd: dict[str, object]) -> None:
    request = read_request({"ResponseURL": "u", **odd}, "cn-north-1")
    assert request.stack_name == ""
    assert request.physical_id == "crosscheck/cn-north-1/-/-/-"
