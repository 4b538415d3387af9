"""A stranger's pipeline: four regions outside the stack's own, stores from a stack of one's own, a gate."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.e2e.code_deploy import settled
from tests.e2e.own_pipeline import TO_ECS, OwnPipeline

if TYPE_CHECKING:
    from local.account import Account
    from tests.e2e.outside import Outside

pytestmark = pytest.mark.e2e

REGIONS = ("eu-central-1", "ap-northeast-1", "sa-east-1", "ca-central-1")
GATE = {"execution": "#{codepipeline.PipelineExecutionId}", "soak_minutes": 0.01, "deadline_minutes": 1}


def test_four_regions_of_ones_own_pass_on_one_card(account: Account, outside: Outside) -> None:
    own = OwnPipeline(outside, "mine", REGIONS, account.outputs)
    stores = own.create_stores("pipeline-artifacts-mine")
    assert set(stores) == {"us-east-1", *REGIONS}
    definition = own.definition(stores, own.create_source(own.create_services()), own.create_role(*TO_ECS), GATE)
    execution, status = own.run(definition)
    assert status == "Succeeded"
    card = settled(outside, execution, "SUCCEEDED", dict.fromkeys(REGIONS, "passed"))
    assert all(f"*{region}* passed · mine: 3 of 3 tasks run mine@sha256:" in card for region in REGIONS)
    assert len(outside.cards(execution)) == 1
    for region in REGIONS:  # the release went through the stores of its own regions
        listed = outside.client("s3", region).list_objects_v2(Bucket=stores[region]["location"])
        assert listed["KeyCount"] == 1
