"""An Auto Scaling group scales out while a release is deployed: CodeDeploy gives the new instance the revision that
succeeded last, which is the one before, and brings it up to date once the release has succeeded, if it may.

https://docs.aws.amazon.com/codedeploy/latest/userguide/integrations-aws-auto-scaling.html
https://docs.aws.amazon.com/codedeploy/latest/APIReference/API_DeploymentGroupInfo.html (outdatedInstancesStrategy)
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from crosscheck.contracts.check import PlannedCheck
from crosscheck.contracts.rollback import Feasibility
from crosscheck.contracts.verdicts import Finding, Verdict
from crosscheck.pipelines.runs import ActionRun, Artifact
from crosscheck.registry.checks import run_check
from crosscheck.services.codedeploy.rollback import CodeDeployRollback
from tests.fakes.codedeploy import FakeCodeDeploy, s3
from tests.fakes.ec2 import FakeEc2
from tests.fakes.modelled import ModelledClients

REGION = "us-west-2"
NAMED = ("CrossRegionActionSupport", "production")
STARTED = datetime(2026, 1, 5, 10, 0, tzinfo=UTC)


@pytest.fixture
def fake() -> FakeCodeDeploy:
    return FakeCodeDeploy(STARTED)


def clients(fake: FakeCodeDeploy) -> ModelledClients:
    found = ModelledClients({("ec2", REGION): FakeEc2("running")})
    found.fakes["codedeploy", REGION] = fake
    return found


def released(fake: FakeCodeDeploy, status: str = "Succeeded") -> PlannedCheck:
    """A good release, then ours, which ends in that status; in the middle of it the group scales out."""
    fake.instance(fake.deploy(NAMED, s3(1)))
    ours = fake.deploy(NAMED, s3(2), status)
    for _ in range(3):
        fake.instance(ours, status)
    fake.instance(fake.deploy(NAMED, s3(1), creator="autoscaling"))  # what succeeded last before ours
    run = ActionRun(
        "Deploy",
        "Deploy-US-West",
        status,
        STARTED.timestamp() + 100,
        inputs={"Source": Artifact("store", "release/2")},
        external=ours,
    )
    return PlannedCheck("codedeploy", REGION, {"application": NAMED[0], "group": NAMED[1]}, run)


def looked(fake: FakeCodeDeploy, planned: PlannedCheck) -> Finding:
    return run_check(planned, clients(fake))


def test_an_instance_that_joined_during_the_deployment_is_no_later_deployment(fake: FakeCodeDeploy) -> None:
    """The look comes in the seconds before CodeDeploy's own follow-on deployment, or with strategy IGNORE."""
    planned = released(fake)
    finding = looked(fake, planned)
    assert (finding.verdict, finding.moved_on) == (Verdict.PASS, False)
    assert finding.reason == f"3 of 3 instances Succeeded in {planned.deployed.external}"
    assert finding.warning == "instances that joined meanwhile run s3://store/release/1@v1 (d-000000002)"
    fake.instance(fake.deploy(NAMED, s3(2), creator="CodeDeployAutoUpdate"))
    assert looked(fake, planned) == replace(finding, warning="")


def test_a_failed_release_is_taken_back_although_the_group_scaled_out(fake: FakeCodeDeploy) -> None:
    planned = released(fake, "Failed")
    way = CodeDeployRollback().propose(planned, "s3://store/release/1@v1", clients(fake))
    assert way.feasibility is Feasibility.READY, way.reason


def test_an_action_that_failed_is_told_with_what_it_had_brought(fake: FakeCodeDeploy) -> None:
    finding = looked(fake, released(fake, "Failed"))
    assert (finding.verdict, finding.reason) == (Verdict.FAIL, "deploy action Deploy-US-West failed")
    assert list(finding.baselines.values()) == ["s3://store/release/2@v2"]


def test_what_joined_before_ours_or_in_vain_or_leaves_is_no_remark(fake: FakeCodeDeploy) -> None:
    planned = released(fake)
    joined = fake.deployments["d-000000002"]
    joined["status"] = "Failed"
    assert looked(fake, planned).warning == ""
    joined |= {"status": "Succeeded", "creator": "autoscalingTermination"}
    assert looked(fake, planned).warning == "", "it is leaving"
    joined |= {"creator": "autoscaling", "createTime": STARTED - timedelta(minutes=1)}
    finding = looked(fake, planned)
    assert (finding.verdict, finding.warning) == (Verdict.PASS, "")


@pytest.mark.parametrize("revision", [1, 3])
def test_what_a_person_deployed_since_is_a_later_deployment_although_the_group_scaled_out_after_it(
    fake: FakeCodeDeploy, revision: int
) -> None:
    """A person went back to the earlier revision, or on to another one, and the new instance got that."""
    planned = released(fake)
    theirs = fake.deploy(NAMED, s3(revision))
    fake.deploy(NAMED, s3(revision), creator="autoscaling")
    finding = looked(fake, planned)
    assert finding.moved_on
    assert finding.reason.startswith(f"{theirs} (Succeeded) came after")
    assert finding.warning == ""


def test_a_rollback_is_proven_although_the_group_scaled_out_after_it(fake: FakeCodeDeploy) -> None:
    """Ours was stopped with a rollback, whose id was not known yet; the group replaces an instance since."""
    fake.instance(fake.deploy(NAMED, s3(1)))
    ours = fake.deploy(NAMED, s3(2), "Stopped")
    fake.instance(fake.roll_back(ours))
    parameters = {"application": NAMED[0], "group": NAMED[1], "undoes": ours}
    proof = PlannedCheck("codedeploy", REGION, parameters)
    assert looked(fake, proof).verdict is Verdict.PASS
    fake.instance(fake.deploy(NAMED, s3(1), creator="autoscaling"))
    finding = looked(fake, proof)
    assert (finding.verdict, finding.moved_on) == (Verdict.PASS, False), finding.reason


def test_what_joins_between_reading_and_acting_keeps_nobody_from_it(fake: FakeCodeDeploy) -> None:
    planned = released(fake, "Failed")
    aws, way = clients(fake), CodeDeployRollback()
    proposal = way.propose(planned, "s3://store/release/1@v1", aws)
    fake.deploy(NAMED, s3(1), creator="autoscaling")
    assert way.changed(planned, proposal, aws) == ""
    theirs = fake.deploy(NAMED, s3(3))
    assert way.changed(planned, proposal, aws) == f"{theirs} came after {planned.deployed.external}"


def test_what_joins_before_the_way_back_is_no_stranger_that_was_replaced(fake: FakeCodeDeploy) -> None:
    planned = released(fake, "Failed")
    aws, way = clients(fake), CodeDeployRollback()
    baseline = "s3://store/release/1@v1"
    started = way.execute(planned, way.propose(planned, baseline, aws), baseline, aws)
    assert started.reason.startswith("deployed s3://store/release/1@v1")
    assert started.replaced == ""
