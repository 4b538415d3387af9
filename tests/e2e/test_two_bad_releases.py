"""Two bad releases in a row: the first is left, and the second goes back past it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.e2e.function_shop import ALIAS, EU, open_shop
from tests.e2e.outside import Outside
from tests.e2e.tagged_pipeline import retag
from tests.e2e.verifications import said, settled

if TYPE_CHECKING:
    from local.account import Account

pytestmark = pytest.mark.e2e


@pytest.mark.usefixtures("unrefused")
def test_f60_two_bad_releases_in_a_row_go_back_to_what_passed_before_both(account: Account) -> None:
    shop, outside = open_shop(account, "twice-bad"), Outside(account.describe())
    settled(outside, shop.pipeline.first, eu_west_1="passed")
    shop.sign("closed")
    retag(shop.pipeline, rollback="suggest")
    left = shop.release("the fourth")
    card = said(outside, left, "rollback suggested")
    assert card["metadata"]["event_payload"]["regions"] == {EU: "failed"}
    assert shop.says == "the fourth"
    retag(shop.pipeline, rollback="auto")
    settled(outside, shop.release("the fifth"), eu_west_1="rolled_back")
    assert shop.says == "the second"
    alias = outside.client("lambda", EU).get_alias(FunctionName=shop.pipeline.name, Name=ALIAS)
    assert alias["FunctionVersion"] == "2"
