"""F35: every value arrives as a string; whatever is wrong is said by name, all at once."""

import pytest

from crosscheck.errors import ConfigurationError
from provision_regions.stores.properties import StoreProperties, read_properties
from tests.fakes.regions.requests import properties, provider_context
from tests.fakes.regions.world import World

EU = "eu-west-1"


def read(*regions: str, **changes: object) -> StoreProperties:
    return read_properties(properties(*regions, **changes), provider_context(World()))


def test_defaults() -> None:
    assert read(EU) == StoreProperties((EU,), "pipeline-artifacts", 0)


@pytest.mark.parametrize("regions", ["eu-west-1,us-west-2", " eu-west-1 , us-west-2,", ["eu-west-1", "us-west-2 ", ""]])
def test_f35_regions_as_a_list_or_as_one_string(regions: object) -> None:
    assert read(Regions=regions).regions == (EU, "us-west-2")


def test_reader_accounts_are_a_list_with_each_once() -> None:
    assert read(EU, ReaderAccounts=["999988887777", " 444455556666", "999988887777"]).reader_accounts == (
        "999988887777",
        "444455556666",
    )
    assert read(EU, ReaderAccounts=[""]).reader_accounts == ()


@pytest.mark.parametrize("none", [[""], "", [], None])
def test_no_region_is_refused_unless_home_is_included(none: object) -> None:
    with pytest.raises(ConfigurationError, match="Regions is empty"):
        read(Regions=none or "")
    assert read(Regions=none or "", IncludeHome="true").regions == ("us-east-1",)


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"Regions": ["nowhere-9"]}, "unknown region 'nowhere-9'"),
        ({"Regions": ["cn-north-1"]}, "unknown region 'cn-north-1'"),
        ({"Regions": ["aws-global"]}, "unknown region 'aws-global'"),
        ({"Regions": [EU, EU]}, "eu-west-1 is listed twice"),
        ({"Regions": {"a": "b"}}, "Regions must be a list"),
        ({"Prefix": ""}, "Prefix is missing"),
        ({"Prefix": "Upper"}, "Prefix 'Upper' must be"),
        ({"Prefix": "pipeline-artifacts-" + "x" * 12}, "must be 1 to 30"),
        ({"Prefix": "pipeline-artifacts..x"}, "must be 1 to 30"),
        ({"Prefix": "pipeline-artifacts-"}, "must be 1 to 30"),
        ({"Prefix": "other"}, "Prefix 'other' must begin with 'pipeline-artifacts'"),
        ({"Prefix": "xn--x"}, "S3 keeps for itself"),
        ({"OnDelete": "Delete"}, "OnDelete must be"),
        ({"OnDelete": ["Empty"]}, "OnDelete must be"),
        ({"IncludeHome": "yes"}, "IncludeHome must be"),
        ({"ExpireArtifactsAfterDays": "-1"}, "ExpireArtifactsAfterDays"),
        ({"ExpireArtifactsAfterDays": "1.5"}, "ExpireArtifactsAfterDays"),
        ({"ExpireArtifactsAfterDays": "²"}, "ExpireArtifactsAfterDays"),
        ({"ExpireArtifactsAfterDays": True}, "ExpireArtifactsAfterDays"),
        ({"ExpireArtifactsAfterDays": "9" * 5000}, "ExpireArtifactsAfterDays"),
        ({"ReaderAccounts": ["12345678901"]}, "ReaderAccounts: '12345678901' is no account, 12 digits"),
        ({"ReaderAccounts": "arn:aws:iam::999988887777:root"}, "is no account, 12 digits"),
        ({"ReaderAccounts": {"a": "b"}}, "ReaderAccounts must be a list of accounts"),
        ({"Region": EU}, "unknown property Region"),
    ],
)
def test_what_is_wrong_is_said_by_name(wrong: dict[str, object], words: str) -> None:
    with pytest.raises(ConfigurationError, match=words):
        read_properties(properties(EU) | wrong, provider_context(World()))


def test_all_problems_at_once() -> None:
    with pytest.raises(ConfigurationError) as caught:
        read("nowhere-9", Prefix="UP", OnDelete="x", Colour="red")
    for words in ("nowhere-9", "UP", "OnDelete", "Colour"):
        assert words in str(caught.value)


def test_every_bucket_name_fits_into_63_characters_in_every_region() -> None:
    context = provider_context(World())
    longest = "pipeline-artifacts".ljust(30, "x")
    wanted = properties(*sorted(context.partition.regions), Prefix=longest)
    assert len(read_properties(wanted, context).regions) == len(context.partition.regions)


def test_f57_regions_of_the_functions_own_partition_only() -> None:
    context = provider_context(World(home_region="cn-north-1"), partition="aws-cn")
    assert read_properties(properties("cn-northwest-1"), context).regions == ("cn-northwest-1",)
    with pytest.raises(ConfigurationError, match=r"partition aws-cn"):
        read_properties(properties(EU), context)
