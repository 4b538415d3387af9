import re

import pytest

from crosscheck.errors import ConfigurationError
from local.aws_json.constraints import violations
from provision_regions.replication.rules import read_properties
from tests.fakes.regions.ecr import FakeEcr
from tests.fakes.regions.ecr_world import ASIA, EU, HOME, RegistryWorld, properties, rule
from tests.fakes.regions.requests import provider_context

CONTEXT = provider_context(RegistryWorld())


def test_both_lists_are_sorted_and_single() -> None:
    found = read_properties(properties(EU, ASIA, EU, prefixes=("web", "api", "web")), CONTEXT)
    assert found == ([ASIA, EU], ["api", "web"])


def test_the_home_region_is_left_out() -> None:
    assert read_properties(properties(HOME, EU), CONTEXT)[0] == [EU]


def test_f35_empty_parameters_and_strings_with_commas() -> None:
    assert read_properties({"Destinations": [""], "RepositoryPrefixes": [""]}, CONTEXT) == ([], [])
    text = read_properties({"Destinations": f"{EU}, {ASIA}", "RepositoryPrefixes": "api,web"}, CONTEXT)
    assert text == ([ASIA, EU], ["api", "web"])


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"Destinations": ["nowhere-9", EU]}, "unknown region 'nowhere-9' (partition aws)"),
        ({"Destinations": ["cn-north-1"]}, "unknown region 'cn-north-1'"),
        ({"Destinations": {"a": "b"}}, "Destinations must be a list"),
        ({"RepositoryPrefixes": 5}, "RepositoryPrefixes must be a list"),
        ({"RepositoryPrefixes": ["x"]}, "'x' must have 2 to 256 characters"),
        ({"RepositoryPrefixes": ["a" * 257]}, "must have 2 to 256 characters"),
        ({"RepositoryPrefixes": ["My-Service"]}, "'My-Service' must be of a-z"),
        ({"RepositoryPrefixes": ["a//b"]}, "'a//b' must be of a-z"),
        ({"Regions": [EU]}, "unknown property Regions"),
        ({"Prefix": "x"}, "unknown property Prefix"),
    ],
)
def test_what_is_wrong_is_named(change: dict[str, object], words: str) -> None:
    with pytest.raises(ConfigurationError, match=re.escape(words)):
        read_properties(properties(EU) | change, CONTEXT)


def test_what_is_missing_is_named() -> None:
    with pytest.raises(ConfigurationError, match=r"Destinations is missing; RepositoryPrefixes is missing"):
        read_properties({}, CONTEXT)


@pytest.mark.parametrize(
    "prefix", ["a/", "/a", "a/b", "-a", "-a/b", "a-/b", "a..b", "a_", "__", "a.b/c-d/e_", "a//", "./"]
)
def test_prefixes_are_read_as_ecr_reads_them(prefix: str) -> None:
    model = FakeEcr("111122223333", HOME)._model
    refused = list(violations({"replicationConfiguration": {"rules": [rule(EU, prefixes=(prefix,))]}}, model))
    if refused:
        with pytest.raises(ConfigurationError):
            read_properties(properties(EU, prefixes=(prefix,)), CONTEXT)
    else:
        assert read_properties(properties(EU, prefixes=(prefix,)), CONTEXT)[1] == [prefix]
