"""Releases B and C: CodeDeploy asks for rights, and what it denies in a region is not known."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from local.scenarios.data_residency import LONDON, SINGAPORE, DataResidency
from local.scenarios.ec2_fleet import APPLICATION, GROUP, Ec2Fleet
from tests.e2e.code_deploy import Group, line, said, settled
from tests.e2e.enforced import denied
from tests.e2e.verifications import Verifications, name_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from local.account import Account
    from tests.e2e.outside import Outside

pytestmark = pytest.mark.e2e

OREGON, VIRGINIA, SYDNEY = Ec2Fleet.regions
PASSED = dict.fromkeys(Ec2Fleet.regions, "passed")
REFUSED = "GetDeploymentGroup in {} was refused: AccessDeniedException"


@pytest.fixture(scope="module", autouse=True)
def _whole_again(fleet: Ec2Fleet) -> Iterator[None]:
    """Sydney is left as a release broke it; afterwards it serves again."""
    yield
    assert fleet.wait(fleet.push("Serve a page everywhere")) == "Succeeded"


def _of(region: str) -> dict[str, Any]:
    """CodeDeploy of one region, what asks for ``*`` included."""
    condition = {"StringEquals": {"aws:RequestedRegion": region}}
    return {"Action": "codedeploy:*", "Resource": "*", "Condition": condition}


def _sydney(outside: Outside) -> Group:
    return Group(outside, SYDNEY, "CodeDeploy", APPLICATION, GROUP)


def _verified(outside: Outside, account: Account, execution: str) -> dict[str, Any]:
    """The output of the verification of release C's stage, once it has ended."""
    verifications = Verifications(outside, account.outputs["VerifyStateMachineArn"])
    output: dict[str, Any] = verifications.ended(name_of(execution, "Deploy"))["output"]
    return output


def _reason(outside: Outside, account: Account, subject: str, region: str) -> str:
    """What the ledger says of a region that no gate judged."""
    key = {"pk": {"S": subject}, "sk": {"S": f"verdict/Deploy/{region}"}}
    table = account.outputs["LedgerTableName"]
    item = outside.client("dynamodb").get_item(TableName=table, Key=key, ConsistentRead=True)["Item"]
    return str(json.loads(item["latest"]["S"])["judged"]["findings"])


@pytest.mark.usefixtures("unrefused")
def test_the_stacks_rights_suffice_for_a_fleet_and_its_rollback(
    account: Account, fleet: Ec2Fleet, outside: Outside
) -> None:
    good = fleet.push("Serve a page before it is down in Sydney")
    assert fleet.wait(good) == "Succeeded"
    settled(outside, good, "SUCCEEDED", PASSED)
    _sydney(outside).ends("unhealthy")
    execution = fleet.push("Serve a page that is down in Sydney")
    assert fleet.wait(execution) == "Succeeded"
    settled(outside, execution, "SUCCEEDED", PASSED | {SYDNEY: "rolled_back"})


def test_f17_a_region_that_denies_codedeploy_is_unknown_and_nothing_goes_back(
    account: Account, fleet: Ec2Fleet, outside: Outside
) -> None:
    known = _sydney(outside).ids
    with denied(account, _of(SYDNEY)):
        execution = fleet.push("Serve a page that Sydney hides")
        assert fleet.wait(execution) == "Succeeded"
        output = _verified(outside, account, execution)
        card = settled(outside, execution, "SUCCEEDED", PASSED | {SYDNEY: "unknown"})
    found = output["concluded"]
    assert (found["passed"], found["failed"], found["unknown"]) == ([VIRGINIA, OREGON], [], [SYDNEY])
    assert REFUSED.format(SYDNEY) in line(card, SYDNEY)
    assert REFUSED.format(SYDNEY) in _reason(outside, account, output["subject"], SYDNEY)
    assert "roll" not in card
    assert _sydney(outside).ids[1:] == known
    assert _sydney(outside).newest["creator"] == "user"


def test_f17_a_region_that_is_shown_broken_and_denies_codedeploy_is_left_as_it_is(
    account: Account, fleet: Ec2Fleet, outside: Outside
) -> None:
    known = _sydney(outside).ids
    _sydney(outside).ends("unhealthy")
    with denied(account, _of(SYDNEY)):
        execution = fleet.push("Serve a page that is down where nobody may act")
        assert fleet.wait(execution) == "Succeeded"
        _verified(outside, account, execution)
        refused = f"GetDeployment in {SYDNEY} was refused: AccessDeniedException"
        card = said(outside, execution, lambda text: refused in text)
    settled(outside, execution, "SUCCEEDED", PASSED | {SYDNEY: "failed"})
    assert "answers 503" in line(card, SYDNEY)
    assert _sydney(outside).ids[1:] == known


def test_a_pipelines_role_deploys_only_where_it_may(account: Account, fleet: Ec2Fleet, outside: Outside) -> None:
    known = _sydney(outside).ids
    with denied(account, _of(SYDNEY), fleet.pipeline):
        execution = fleet.push("Serve a page that may not go to Sydney")
        assert fleet.wait(execution) == "Failed"
    _verified(outside, account, execution)
    settled(outside, execution, "FAILED", PASSED | {SYDNEY: "failed"})
    left = f"Deploy-{SYDNEY} deployed nothing: the last deployment of {GROUP} is {known[0]} as before"
    said(outside, execution, lambda text: left in text)
    (result,) = [run["output"]["executionResult"] for run in fleet.actions(execution) if run["status"] == "Failed"]
    group = f"arn:aws:codedeploy:{SYDNEY}:{account.account_id}:deploymentgroup:{APPLICATION}/{GROUP}"
    wanted = f"role/{fleet.pipeline}/local-codepipeline is not authorized to perform: codedeploy:CreateDeployment on "
    assert f"{wanted}resource: {group} with an explicit deny" in result["errorDetails"]["message"]
    assert _sydney(outside).ids == known


def test_f17_a_region_that_denies_codedeploy_keeps_its_task_sets(
    account: Account, residency: DataResidency, outside: Outside
) -> None:
    region = SINGAPORE.region
    singapore = Group(outside, region, "CodeDeployToECS", SINGAPORE.name, SINGAPORE.name)
    known = singapore.ids
    with denied(account, _of(region)):
        execution = residency.push("A catalogue of which Singapore tells nothing")
        assert residency.wait(execution) == "Succeeded"
        card = settled(outside, execution, "SUCCEEDED", {LONDON.region: "passed", region: "unknown"})
        needed = f"Crosscheck needs codedeploy:GetDeploymentGroup on {SINGAPORE.name}/{SINGAPORE.name}"
        outside.told(execution, needed)
    assert REFUSED.format(region) in line(card, region)
    assert (singapore.ids[1:], singapore.newest["creator"]) == (known, "user")
