"""What PutReplicationConfiguration refuses, and where an image goes."""

from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from moto import mock_aws

from local.clients import ACCOUNT_ID
from local.ecr.rules import Destination, destinations_of
from local.regions import is_region
from tests.unit.local.ecr.conftest import ASIA, EU, HOME, Account, rule

REGIONS = [
    *("af-south-1", "ap-east-1", "ap-northeast-1", "ap-northeast-2", "ap-northeast-3", "ap-south-1", "ap-south-2"),
    *("ap-southeast-1", "ap-southeast-2", "ap-southeast-3", "ap-southeast-4", "ca-central-1", "ca-west-1"),
    *("eu-central-1", "eu-central-2", "eu-north-1", "eu-south-1", "eu-south-2", "eu-west-1", "eu-west-2", "eu-west-3"),
    *("il-central-1", "me-central-1", "me-south-1", "sa-east-1", "us-east-2"),
]


def refused(account: Account, *rules: dict[str, Any]) -> tuple[str, str]:
    account.replicate(rule(EU))
    with pytest.raises(ClientError) as caught:
        account.replicate(*rules)
    kept = account.ecr().describe_registry()["replicationConfiguration"]["rules"]
    assert kept == [rule(EU)], "a refusal changes nothing"
    error = caught.value.response["Error"]
    return error["Code"], error["Message"]


def test_ten_rules_are_taken_and_eleven_are_not(account: Account) -> None:
    account.replicate(*[rule(ASIA, prefixes=(f"team-{number}",)) for number in range(10)])
    code, message = refused(account, *[rule(ASIA, prefixes=(f"team-{number}",)) for number in range(11)])
    assert (code, "11" in message, "10" in message) == ("ValidationException", True, True)


def test_twenty_five_destinations_are_taken_and_one_more_is_not(account: Account) -> None:
    assert len(REGIONS) == 26
    assert all(map(is_region, REGIONS))
    account.replicate(rule(*REGIONS[:25]), rule(*REGIONS[:25]))
    code, message = refused(account, rule(*REGIONS[:13]), rule(*REGIONS[13:]))
    assert (code, "26" in message) == ("ValidationException", True)


def test_a_hundred_filters_are_taken_and_one_more_is_not(account: Account) -> None:
    names = tuple(f"team-{number}" for number in range(101))
    account.replicate(rule(EU, prefixes=names[:100]))
    assert refused(account, rule(EU, prefixes=names))[0] == "InvalidParameterException"


@pytest.mark.parametrize("prefix", ["x", "Team", "a b", "a" * 257])
def test_odd_filters_are_refused(account: Account, prefix: str) -> None:
    with pytest.raises(Exception, match=r"filter|InvalidParameter"):
        account.replicate(rule(EU, prefixes=(prefix,)))


def test_unknown_regions_are_refused(account: Account) -> None:
    assert refused(account, rule(EU, "nowhere-9")) == (
        "ValidationException",
        "Invalid replication destination region 'nowhere-9'.",
    )
    for elsewhere in ("cn-north-1", "eu-nowhere-9", "aws-global"):
        assert refused(account, rule(elsewhere))[0] == "ValidationException"


def test_the_registry_itself_is_refused_as_moto_refuses_it(account: Account) -> None:
    ours = refused(account, rule(EU, HOME))
    with mock_aws():
        moto = boto3.client("ecr", region_name=HOME, aws_access_key_id="x", aws_secret_access_key="x")  # noqa: S106
        own: Any = {"rules": [rule(HOME, account="123456789012")]}
        with pytest.raises(ClientError) as caught:
            moto.put_replication_configuration(replicationConfiguration=own)
    error = caught.value.response["Error"]
    assert ours == (error["Code"], error["Message"])


def test_the_own_region_of_another_account_is_taken(account: Account) -> None:
    account.replicate(rule(HOME, account="999900001111"))


def test_where_an_image_goes() -> None:
    configuration = {"rules": [rule(EU, prefixes=("team/", "my-service")), rule(ASIA, EU, prefixes=("my-",))]}
    eu, asia = Destination(EU, ACCOUNT_ID), Destination(ASIA, ACCOUNT_ID)
    assert destinations_of(configuration, "my-service-2") == (eu, asia)
    assert destinations_of(configuration, "team/api") == (eu,)
    assert destinations_of(configuration, "teams") == ()
    assert destinations_of({"rules": []}, "my-service") == ()
