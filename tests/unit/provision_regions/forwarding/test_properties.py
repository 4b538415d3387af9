import re

import pytest

from crosscheck.errors import ConfigurationError
from provision_regions.forwarding.resource import read_regions
from tests.fakes.regions.forwarding_world import ASIA, EU, HOME, ForwardingWorld, properties
from tests.fakes.regions.requests import provider_context

CONTEXT = provider_context(ForwardingWorld())


def test_f10_the_home_region_is_left_out() -> None:
    assert read_regions(properties(HOME, EU, ASIA), CONTEXT) == {ASIA, EU}


@pytest.mark.parametrize(
    ("given", "read"), [([""], set()), ("", set()), (f"{EU}, {ASIA}", {ASIA, EU}), ([f" {EU} "], {EU})]
)
def test_f35_lists_strings_and_the_empty_parameter(given: object, read: set[str]) -> None:
    assert read_regions({"Regions": given}, CONTEXT) == read


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"Regions": ["nowhere-9", EU]}, "unknown region 'nowhere-9' (partition aws)"),
        ({"Regions": ["cn-north-1"]}, "unknown region 'cn-north-1'"),
        ({"Regions": [EU, ASIA, EU]}, f"region {EU} is listed twice"),
        ({"Regions": {"a": "b"}}, "Regions must be a list of regions"),
        ({"Region": EU}, "unknown property Region"),
    ],
)
def test_what_is_wrong_is_named(change: dict[str, object], words: str) -> None:
    with pytest.raises(ConfigurationError, match=re.escape(words)):
        read_regions(properties(EU) | change, CONTEXT)


def test_what_is_missing_is_named() -> None:
    with pytest.raises(ConfigurationError, match="Regions is missing"):
        read_regions({}, CONTEXT)


@pytest.mark.parametrize(
    ("partition", "home", "other"),
    [
        ("aws-cn", "cn-north-1", "cn-northwest-1"),
        ("aws-us-gov", "us-gov-west-1", "us-gov-east-1"),
    ],
)
def test_where_no_bus_of_another_region_can_be_a_target_regions_have_to_be_empty(
    partition: str, home: str, other: str
) -> None:
    world = ForwardingWorld()
    world.home_region = home
    context = provider_context(world, partition=partition)
    with pytest.raises(ConfigurationError, match=f"Regions has to be empty: in the partition {partition}"):
        read_regions(properties(home, other), context)
    assert not read_regions(properties(home), context)
