"""The check ``codedeploy`` of EC2 fleets, and what it says of the deployment itself on any platform."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from crosscheck.contracts.check import PlannedCheck
from crosscheck.contracts.verdicts import Finding, Verdict
from crosscheck.pipelines.runs import ActionRun, Artifact
from crosscheck.registry.checks import run_check
from crosscheck.services.codedeploy.check import CodeDeploy
from tests.fakes.codedeploy import FakeCodeDeploy, s3
from tests.fakes.ec2 import FakeEc2
from tests.fakes.json_protocol import FakeClients, RefusedError
from tests.fakes.modelled import ModelledClients

REGION = "us-west-2"
NAMED = ("CrossRegionActionSupport", "production")
STARTED = datetime(2026, 1, 5, 10, 0, tzinfo=UTC)
ASKED = PlannedCheck("codedeploy", REGION, {"application": NAMED[0], "group": NAMED[1]})


@pytest.fixture
def fake() -> FakeCodeDeploy:
    return FakeCodeDeploy(STARTED)


def derived(deployment: str, number: int = 2) -> PlannedCheck:
    inputs = {"Source": Artifact("store", f"release/{number}")}
    return replace(
        ASKED, run=ActionRun("Deploy", "Deploy-US-West", "Succeeded", 0.0, inputs=inputs, external=deployment)
    )


def looked(fake: FakeCodeDeploy, planned: PlannedCheck) -> Finding:
    clients = ModelledClients({("ec2", REGION): FakeEc2("running")})
    clients.fakes[("codedeploy", REGION)] = fake
    return CodeDeploy().run(planned, clients)


def deployed(fake: FakeCodeDeploy, count: int = 3) -> str:
    """A second deployment, with its instances."""
    fake.deploy(NAMED, s3(1))
    made = fake.deploy(NAMED, s3(2))
    for _ in range(count):
        fake.instance(made)
    return made


def test_every_instance_has_the_revision_of_the_action(fake: FakeCodeDeploy) -> None:
    made = deployed(fake)
    finding = looked(fake, derived(made))
    assert finding.verdict is Verdict.PASS
    assert finding.reason == f"3 of 3 instances Succeeded in {made}"
    assert finding.values == {
        "deployment": made,
        "status": "Succeeded",
        "revision": "s3://store/release/2@v2",
        "targets": "3 of 3 instances Succeeded",
    }


def test_many_instances_are_read_in_batches(fake: FakeCodeDeploy) -> None:
    made = deployed(fake, 61)
    assert looked(fake, derived(made)).reason.startswith("61 of 61 instances Succeeded")
    assert [len(call["targetIds"]) for call in fake.called("BatchGetDeploymentTargets")] == [25, 25, 11]


def test_a_check_that_was_asked_for_looks_at_the_last_attempted_deployment(fake: FakeCodeDeploy) -> None:
    made = deployed(fake)
    assert looked(fake, ASKED).values["deployment"] == made
    named = replace(ASKED, parameters={**ASKED.parameters, "deployment": fake.groups[NAMED][0]})
    assert looked(fake, named).reason == f"{made} (Succeeded) came after d-000000000 Succeeded"


def test_an_older_deployment_that_the_group_still_names_as_its_last_has_not_come_after(fake: FakeCodeDeploy) -> None:
    made = deployed(fake)
    fake.behind = 1
    assert looked(fake, derived(made)).verdict is Verdict.PASS


def test_without_inputs_nothing_says_what_was_meant(fake: FakeCodeDeploy) -> None:
    planned = derived(deployed(fake))
    assert planned.run is not None
    finding = looked(fake, replace(planned, run=replace(planned.run, inputs={})))
    assert finding.verdict is Verdict.INCONCLUSIVE
    assert finding.reason == "CodePipeline names no input artifact of Deploy-US-West"


def test_a_target_of_which_codedeploy_knows_nothing_proves_nothing_and_takes_nothing_back(fake: FakeCodeDeploy) -> None:
    made = deployed(fake, 2)
    fake.instance(made, "Unknown")
    finding = looked(fake, derived(made))
    assert finding.verdict is Verdict.INCONCLUSIVE
    assert finding.reason.startswith("2 of 3 instances Succeeded, 1 Unknown")


@pytest.mark.parametrize("status", ["Failed", "Skipped"])
def test_a_target_that_did_not_succeed_fails_with_its_event_and_no_log(fake: FakeCodeDeploy, status: str) -> None:
    made = deployed(fake, 2)
    diagnostics = {"errorCode": "ScriptFailed", "message": "a secret", "logTail": "a secret"}
    event = {"lifecycleEventName": "ValidateService", "status": "Failed", "diagnostics": diagnostics}
    name = fake.instance(made, status, lifecycleEvents=[event])
    finding = looked(fake, derived(made))
    assert finding.verdict is Verdict.FAIL
    assert finding.reason == (
        f"2 of 3 instances Succeeded, 1 {status}; {name} {status} in ValidateService (ScriptFailed)"
    )
    assert "secret" not in str(finding)


def test_no_instances_prove_nothing(fake: FakeCodeDeploy) -> None:
    finding = looked(fake, derived(deployed(fake, 0)))
    assert finding.verdict is Verdict.INCONCLUSIVE
    assert "no instance matched the group" in finding.reason


def test_a_target_that_is_not_done_is_pending(fake: FakeCodeDeploy) -> None:
    made = deployed(fake, 1)
    fake.instance(made, "InProgress")
    assert looked(fake, derived(made)).verdict is Verdict.PENDING


@pytest.mark.parametrize(
    ("status", "verdict", "words"),
    [
        ("Created", Verdict.PENDING, "is Created"),
        ("Queued", Verdict.PENDING, "is Queued"),
        ("InProgress", Verdict.PENDING, "is InProgress"),
        ("Baking", Verdict.PENDING, "is Baking"),
        ("Ready", Verdict.PENDING, "is Ready: it waits for its traffic to be moved"),
        ("Failed", Verdict.FAIL, "Failed (HEALTH_CONSTRAINTS)"),
        ("Stopped", Verdict.FAIL, "Stopped (HEALTH_CONSTRAINTS)"),
    ],
)
def test_the_deployments_own_state(fake: FakeCodeDeploy, status: str, verdict: Verdict, words: str) -> None:
    error = (
        {"errorInformation": {"code": "HEALTH_CONSTRAINTS", "message": "too many"}} if status in "FailedStopped" else {}
    )
    made = fake.deploy(NAMED, s3(2), status, **error)
    finding = looked(fake, derived(made))
    assert (finding.verdict, finding.reason) == (verdict, f"{made} {words}")


def test_codedeploys_own_rollback_fails_although_everything_is_green(fake: FakeCodeDeploy) -> None:
    made = deployed(fake)
    fake.deployments[made] |= {"status": "Failed", "errorInformation": {"code": "ALARM_ACTIVE", "message": ""}}
    rollback = fake.roll_back(made)
    finding = looked(fake, derived(made))
    assert finding.verdict is Verdict.FAIL
    assert finding.reason == f"CodeDeploy rolled back: {made} Failed (ALARM_ACTIVE), auto-rollback {rollback}"


def test_f04_a_newer_deployment_has_moved_on(fake: FakeCodeDeploy) -> None:
    made = deployed(fake)
    newer = fake.deploy(NAMED, s3(3), "InProgress")
    finding = looked(fake, derived(made))
    assert (finding.verdict, finding.moved_on) == (Verdict.INCONCLUSIVE, True)
    assert finding.reason == f"{newer} (InProgress) came after {made} Succeeded"
    assert list(finding.baselines.values()) == ["s3://store/release/2@v2"]


@pytest.mark.parametrize("taken_back", [False, True])
def test_f04_what_failed_by_itself_stays_failed_whatever_came_later(fake: FakeCodeDeploy, taken_back: bool) -> None:
    made = deployed(fake)
    fake.deployments[made] |= {"status": "Failed", "errorInformation": {"code": "ALARM_ACTIVE", "message": ""}}
    if taken_back:
        fake.roll_back(made)
    fake.deploy(NAMED, s3(3))
    finding = looked(fake, derived(made))
    assert (finding.verdict, finding.moved_on) == (Verdict.FAIL, False)
    assert f"{made} Failed (ALARM_ACTIVE)" in finding.reason


@pytest.mark.parametrize("parameters", [{}, {"undoes": ""}], ids=["derived", "proof"])
def test_a_strangers_deployment_that_calls_itself_the_way_back_only_came_later(
    fake: FakeCodeDeploy, parameters: dict[str, str]
) -> None:
    made = deployed(fake)
    theirs = fake.deploy(NAMED, s3(3), description=f"crosscheck:{made}")
    fake.instance(theirs)
    asked = {**ASKED.parameters, **dict.fromkeys(parameters, made)}
    planned = replace(ASKED, parameters=asked) if parameters else derived(made)
    finding = looked(fake, planned)
    assert (finding.verdict, finding.moved_on) == (Verdict.INCONCLUSIVE, True)
    assert f"{theirs} (Succeeded) came after {made}" in finding.reason


def test_crosschecks_own_way_back_is_told_as_such(fake: FakeCodeDeploy) -> None:
    made = deployed(fake)
    back = fake.deploy(NAMED, s3(1), description=f"crosscheck:{made}")
    finding = looked(fake, derived(made))
    assert finding.reason == f"{made} Succeeded was taken back by {back} (Succeeded)"
    assert not finding.moved_on


def test_instances_that_auto_scaling_adds_do_not_move_on(fake: FakeCodeDeploy) -> None:
    made = deployed(fake)
    fake.deploy(NAMED, s3(2), creator="autoscaling")
    finding = looked(fake, derived(made))
    assert (finding.verdict, finding.warning) == (Verdict.PASS, "")


def test_what_does_not_exist_fails(fake: FakeCodeDeploy) -> None:
    assert looked(fake, derived("d-000000000")).reason == (
        "there is no deployment group production of application CrossRegionActionSupport"
    )
    deployed(fake)
    absent = replace(ASKED, parameters={"application": NAMED[0], "group": "staging"})
    assert looked(fake, absent).verdict is Verdict.FAIL
    finding = looked(fake, derived("d-999999999"))
    assert (finding.verdict, finding.reason) == (Verdict.FAIL, f"there is no deployment d-999999999 in {REGION}")


def test_a_deployment_of_another_group_fails(fake: FakeCodeDeploy) -> None:
    deployed(fake)
    other = fake.deploy((NAMED[0], "staging"), s3(2))
    finding = looked(fake, derived(other))
    assert (finding.verdict, finding.reason) == (Verdict.FAIL, f"{other} is a deployment of {NAMED[0]}/staging")


def test_what_cannot_be_known(fake: FakeCodeDeploy) -> None:
    fake.groups[NAMED] = []
    assert looked(fake, ASKED).reason == "the group has had no deployment"
    finding = looked(fake, derived(""))
    assert (finding.verdict, finding.reason) == (
        Verdict.INCONCLUSIVE,
        "CodePipeline names no deployment of Deploy-US-West",
    )
    made = fake.deploy(NAMED, s3(1), computePlatform="Lambda")
    finding = looked(fake, replace(derived(made)))
    assert (finding.verdict, finding.reason) == (
        Verdict.INCONCLUSIVE,
        "this version has no check for CodeDeploy on Lambda",
    )


@pytest.mark.parametrize("operation", ["GetDeploymentGroup", "GetDeployment", "BatchGetDeploymentTargets"])
def test_f17_a_region_that_denies_is_inconclusive_with_code_and_region(fake: FakeCodeDeploy, operation: str) -> None:
    made = deployed(fake)
    fake.refuse(operation, RefusedError("AccessDeniedException", "secret words"))
    finding = run_check(derived(made), FakeClients({("codedeploy", REGION): fake}))
    assert finding.verdict is Verdict.INCONCLUSIVE
    assert finding.reason == f"{operation} in {REGION} was refused: AccessDeniedException"


def test_the_deployment_that_takes_another_back_is_waited_for(fake: FakeCodeDeploy) -> None:
    made = deployed(fake)
    fake.deployments[made]["status"] = "Stopped"
    proof = replace(ASKED, parameters={**ASKED.parameters, "undoes": made})
    finding = looked(fake, proof)
    assert finding.verdict is Verdict.PENDING
    assert finding.reason == f"{made} is Stopped; the deployment that takes it back is yet to begin"
    rollback = fake.roll_back(made)
    fake.instance(rollback)
    assert looked(fake, proof).verdict is Verdict.PASS
    newer = fake.deploy(NAMED, s3(3))
    finding = looked(fake, proof)
    assert (finding.verdict, finding.moved_on) == (Verdict.INCONCLUSIVE, True)
    assert finding.reason == f"{newer} (Succeeded) came after {made}"
