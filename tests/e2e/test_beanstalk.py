"""Releases to Elastic Beanstalk in two regions, as the check ``elasticbeanstalk-environment`` judges them.

These tests need that check and its rollback; ``test_beanstalk_local.py`` needs the account alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from local.scenarios.beanstalk_site import BeanstalkSite
from tests.e2e.beanstalk_site import SiteEnvironment, label_of
from tests.e2e.code_deploy import held_before, line, settled
from tests.e2e.outside import wait_until

if TYPE_CHECKING:
    from tests.e2e.outside import Outside

pytestmark = pytest.mark.e2e

IRELAND, SINGAPORE = BeanstalkSite.regions
PASSED = dict.fromkeys(BeanstalkSite.regions, "passed")


def push(site: BeanstalkSite, outside: Outside, message: str) -> str:
    """A release that preflight has seen before it deploys. On AWS a source takes long enough for that, here no time."""

    def seen() -> bool:
        asked = {":key": {"S": f"execution#{site.home}#{site.pipeline}#{execution}"}, ":fact": {"S": "preflight/"}}
        found = outside.client("dynamodb").query(
            TableName=site.account.outputs["LedgerTableName"],
            KeyConditionExpression="pk = :key AND begins_with(sk, :fact)",
            ExpressionAttributeValues=asked,
            ConsistentRead=True,
        )
        return bool({item["sk"]["S"] for item in found["Items"]} >= {f"preflight/{region}" for region in PASSED})

    with held_before(site, "Deploy"):
        execution = site.push(message)
        wait_until(seen, f"the preflight of {execution}")
    return execution


def test_a_good_release_passes_in_both_regions(site: BeanstalkSite, outside: Outside) -> None:
    execution = push(site, outside, "Serve the page of winter")
    assert site.wait(execution) == "Succeeded"
    card = settled(outside, execution, "SUCCEEDED", PASSED)
    for region in PASSED:
        assert line(card, region)
        assert SiteEnvironment(outside, region).page() == (200, label_of(site, execution, region))


@pytest.mark.parametrize("bad", [IRELAND, SINGAPORE], ids=["primary", "secondary"])
def test_an_unhealthy_region_goes_back_to_the_version_before(site: BeanstalkSite, outside: Outside, bad: str) -> None:
    here = SiteEnvironment(outside, bad)
    before = here.page()
    here.ends("unhealthy")
    execution = push(site, outside, f"Serve a page that is down in {bad}")
    assert site.wait(execution) == "Succeeded"
    settled(outside, execution, "SUCCEEDED", PASSED | {bad: "rolled_back"})
    assert here.page() == before
    (other,) = PASSED.keys() - {bad}
    assert SiteEnvironment(outside, other).page() == (200, label_of(site, execution, other))


def test_a_region_that_went_back_by_itself_is_not_passed(site: BeanstalkSite, outside: Outside) -> None:
    singapore = SiteEnvironment(outside, SINGAPORE)
    before = singapore.page()
    singapore.ends("rolled_back")
    execution = push(site, outside, "Serve a page that Singapore does not keep")
    assert site.wait(execution) == "Succeeded"
    settled(outside, execution, "SUCCEEDED", PASSED | {SINGAPORE: "failed"})
    assert singapore.page() == before


def test_a_failed_action_takes_back_its_own_region_alone(site: BeanstalkSite, outside: Outside) -> None:
    singapore = SiteEnvironment(outside, SINGAPORE)
    before = singapore.page()
    singapore.ends("fail")
    execution = push(site, outside, "Serve a page that fails in Singapore")
    assert site.wait(execution) == "Failed"
    settled(outside, execution, "FAILED", PASSED | {SINGAPORE: "rolled_back"})
    singapore.becomes("Ok")
    assert singapore.page() == before
    assert SiteEnvironment(outside, IRELAND).page() == (200, label_of(site, execution, IRELAND))
