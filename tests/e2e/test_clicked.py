"""The two functions that clicks reach have the rights that the buttons need."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.e2e.clicks import Person
from tests.e2e.outside import Outside
from tests.e2e.small_pipelines import SmallPipeline, SmallPipelines, asking
from tests.e2e.tagged_pipeline import retag
from tests.e2e.verifications import settled

if TYPE_CHECKING:
    from local.account import Account

pytestmark = pytest.mark.e2e

EU = "eu-west-1"
APPROVE, REJECT, RETRY, ROLL_BACK, STOP = (
    "approve:Ask/Sign-off",
    "reject:Ask/Sign-off",
    "retry:Ask",
    f"roll_back:World/{EU}",
    "stop",
)


@pytest.fixture(scope="module")
def shop(account: Account) -> SmallPipeline:
    """A service in Europe that is deployed once somebody has approved, by a pipeline that rolls nothing back itself."""
    pipelines = SmallPipelines.prepare(Outside(account.describe()), "clicked", (EU,), account.outputs)
    return pipelines.create("clicked-shop", asking(), pipelines.deploying())


@pytest.mark.usefixtures("unrefused")
def test_every_button_needs_no_more_than_the_stacks_roles_may(
    account: Account, shop: SmallPipeline, outside: Outside
) -> None:
    approver = Person(outside)
    retag(shop, rollback="suggest")
    approver.clicks(shop.first, REJECT)
    approver.submits(reason="not on a Friday")
    assert shop.ended(shop.first) == "Failed"
    approver.clicks(shop.first, RETRY)
    approver.clicks(shop.first, APPROVE)
    assert shop.ended(shop.first) == "Succeeded"
    settled(outside, shop.first, eu_west_1="passed")

    outside.deployments(EU, "unhealthy")
    bad = shop.start()
    approver.clicks(bad, APPROVE)
    settled(outside, bad, eu_west_1="failed")
    approver.clicks(bad, ROLL_BACK)
    settled(outside, bad, eu_west_1="rolled_back")

    stopped = shop.start()
    approver.clicks(stopped, STOP)
    approver.is_gone(stopped, STOP)
