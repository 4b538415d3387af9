from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from crosscheck.contracts.check import PlannedCheck
from crosscheck.contracts.verdicts import Verdict
from crosscheck.pipelines.runs import ActionRun, Artifact
from crosscheck.registry.checks import run_check
from crosscheck.services.ecs.state import parse_state
from tests.fakes.codepipeline_release import IMAGE, OLD_IMAGE, SERVICE, STARTED, bucket
from tests.fakes.ecs_deployments import DeployedEcs
from tests.fakes.json_protocol import RefusedError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from crosscheck.contracts.verdicts import Finding
    from tests.fakes.codepipeline_release import Release

REGION, CLUSTER = "eu-west-1", "production-eu"
RUN = ActionRun(
    "DeploySecondary",
    "Deploy-EU-West",
    "Succeeded",
    STARTED.timestamp(),
    {},
    {"BuildOutput": Artifact(bucket(REGION), "b/BuildOutp/x1")},
)
CHECK = PlannedCheck("ecs-service", REGION, {"cluster": CLUSTER, "service": SERVICE}, RUN)


@pytest.fixture
def ecs(release: Release) -> DeployedEcs:
    """The region's ECS. Releases 6, 7 and 8 are the same image; 6 was deployed before the action started."""
    ecs = DeployedEcs(REGION, CLUSTER, SERVICE)
    release.aws.fakes["ecs", REGION] = ecs
    for number in (6, 7, 8):
        ecs.define(f"{SERVICE}:{number}", {"app": IMAGE})
    ecs.clock = STARTED - timedelta(hours=1)
    ecs.deploy(task_definition(ecs, 6))
    ecs.clock = STARTED + timedelta(seconds=20)
    return ecs


def task_definition(ecs: DeployedEcs, number: int) -> str:
    return ecs.arn("task-definition", f"{SERVICE}:{number}")


def looked(release: Release, ecs: DeployedEcs, check: PlannedCheck = CHECK, tasks: Sequence[int] = ()) -> Finding:
    """A look while the service is steady with two tasks: of what is in service, or of these task definitions."""
    ecs.shown["deployments"][0]["rolloutState"] = "COMPLETED"
    running = [task_definition(ecs, number) for number in tasks] or [ecs.shown["taskDefinition"]] * 2
    for definition in running:
        ecs.run(SERVICE, definition, {"app": release.digest})
    return run_check(check, release.aws)


def test_a_deployment_that_ended_well_passes(release: Release, ecs: DeployedEcs) -> None:
    ecs.deploy(task_definition(ecs, 7))
    finding = looked(release, ecs)
    assert finding.verdict is Verdict.PASS
    assert finding.reason.endswith("(task definition my-service:7)")


@pytest.mark.parametrize(
    ("status", "how"),
    [
        ("ROLLBACK_REQUESTED", "rolls back"),
        ("ROLLBACK_IN_PROGRESS", "rolls back"),
        ("ROLLBACK_SUCCESSFUL", "rolled back"),
        ("ROLLBACK_FAILED", "rolled back"),
    ],
)
def test_a_way_back_to_the_same_image_fails_although_everything_is_green(
    release: Release, ecs: DeployedEcs, status: str, how: str
) -> None:
    ecs.deploy(task_definition(ecs, 7), status)
    finding = looked(release, ecs)
    assert finding.verdict is Verdict.FAIL
    assert finding.reason == (f"my-service: ECS {how} to my-service:6: the deployment of my-service:7 is {status}")


def test_a_rollback_fails_even_while_the_released_task_definition_still_runs(
    release: Release, ecs: DeployedEcs
) -> None:
    ecs.deploy(task_definition(ecs, 7), "ROLLBACK_IN_PROGRESS")
    ecs.shown["taskDefinition"] = ecs.shown["deployments"][0]["taskDefinition"] = task_definition(ecs, 7)
    finding = looked(release, ecs)
    assert finding.verdict is Verdict.FAIL
    assert finding.reason == "my-service: ECS rolls back: the deployment of my-service:7 is ROLLBACK_IN_PROGRESS"


@pytest.mark.parametrize("status", ["ROLLBACK_SUCCESSFUL", "STOPPED"])
def test_an_action_that_failed_is_told_with_what_it_had_brought(
    release: Release, ecs: DeployedEcs, status: str
) -> None:
    ecs.deploy(task_definition(ecs, 7), status)
    made = ecs.deployments[0]["serviceDeploymentArn"].rpartition("/")[2]
    failed = replace(CHECK, run=replace(RUN, status="Failed", error="JobFailed", external=made))
    finding = looked(release, ecs, failed)
    assert (finding.verdict, finding.reason) == (Verdict.FAIL, "deploy action Deploy-EU-West failed (JobFailed)")
    brought = [parse_state(state) for state in finding.baselines.values()]
    assert [state.task_definition for state in brought if state] == [task_definition(ecs, 7)]


def test_an_action_that_failed_without_a_trace_is_not_asked_after(release: Release, ecs: DeployedEcs) -> None:
    finding = looked(release, ecs, replace(CHECK, run=replace(RUN, status="Failed")))
    assert (finding.verdict, finding.baselines) == (Verdict.FAIL, {})
    assert ecs.calls == []


def test_what_a_failed_action_had_brought_is_unknown_where_ecs_does_not_answer(
    release: Release, ecs: DeployedEcs, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(body: object) -> None:
        raise RefusedError("AccessDeniedException", "no")

    monkeypatch.setattr(ecs, "describe_services", refuse)
    finding = looked(release, ecs, replace(CHECK, run=replace(RUN, status="Failed", external="0123")))
    assert (finding.verdict, finding.baselines) == (Verdict.FAIL, {})
    assert finding.reason == "deploy action Deploy-EU-West failed"


def test_what_ecs_went_back_from_and_a_later_release_deployed_anew_stays_a_failure(
    release: Release, ecs: DeployedEcs
) -> None:
    ecs.deploy(task_definition(ecs, 7), "ROLLBACK_SUCCESSFUL")
    ecs.deploy(task_definition(ecs, 8))
    finding = looked(release, ecs)
    assert (finding.verdict, finding.moved_on) == (Verdict.FAIL, False)
    assert "ECS rolled back to my-service:8: the deployment of my-service:7" in finding.reason


def test_f04_f63_what_gave_way_to_a_later_release_failed_by_that_alone(release: Release, ecs: DeployedEcs) -> None:
    ecs.deploy(task_definition(ecs, 7))
    ecs.define(f"{SERVICE}:9", {"app": OLD_IMAGE})
    ecs.deploy(task_definition(ecs, 9))
    finding = looked(release, ecs)
    assert (finding.verdict, finding.moved_on) == (Verdict.FAIL, True)
    brought = [parse_state(state) for state in finding.baselines.values()]
    assert [state.task_definition for state in brought if state] == [task_definition(ecs, 7)]


def test_what_was_deployed_once_more_after_a_rollback_passes(release: Release, ecs: DeployedEcs) -> None:
    ecs.deploy(task_definition(ecs, 7), "ROLLBACK_SUCCESSFUL")
    ecs.deploy(task_definition(ecs, 7))
    assert looked(release, ecs).verdict is Verdict.PASS


def test_a_rollback_outweighs_a_scale_to_zero(release: Release, ecs: DeployedEcs) -> None:
    ecs.deploy(task_definition(ecs, 7), "ROLLBACK_SUCCESSFUL")
    ecs.shown.update(desiredCount=0, runningCount=0)
    assert looked(release, ecs).verdict is Verdict.FAIL


def test_a_stopped_deployment_fails_unless_another_one_took_its_place(release: Release, ecs: DeployedEcs) -> None:
    ecs.deploy(task_definition(ecs, 7), "STOPPED")
    finding = looked(release, ecs)
    assert finding.verdict is Verdict.FAIL
    assert finding.reason == "my-service: the deployment of my-service:7 was stopped"
    ecs.deploy(task_definition(ecs, 8))
    ecs.tasks.clear()
    assert looked(release, ecs).moved_on


def test_a_good_release_that_is_restarted_passes(release: Release, ecs: DeployedEcs) -> None:
    for status in ("SUCCESSFUL", "STOPPED"):
        ecs.deploy(task_definition(ecs, 7), status)
    ecs.deploy(task_definition(ecs, 7))
    finding = looked(release, ecs)
    assert (finding.verdict, finding.moved_on) == (Verdict.PASS, False)


@pytest.mark.parametrize(
    ("status", "verdict"), [("IN_PROGRESS", Verdict.PENDING), ("ROLLBACK_SUCCESSFUL", Verdict.FAIL)]
)
def test_a_bad_release_that_is_restarted_is_judged_by_its_newest_deployment(
    release: Release, ecs: DeployedEcs, status: str, verdict: Verdict
) -> None:
    ecs.deploy(task_definition(ecs, 7))
    ecs.deploy(task_definition(ecs, 7), status)
    finding = looked(release, ecs)
    assert (finding.verdict, finding.moved_on) == (verdict, False)


def test_a_restart_that_brings_another_image_under_the_same_tag_took_the_place_of_the_release(
    release: Release, ecs: DeployedEcs
) -> None:
    tag = IMAGE.rpartition(":")[2]
    for build in ("ours", "another"):
        ecs.registry.push(SERVICE, tag, salt=build)
        ecs.deploy(task_definition(ecs, 7))
    assert looked(release, ecs).moved_on


def test_a_deployment_after_an_action_that_made_none_is_not_its_own(release: Release, ecs: DeployedEcs) -> None:
    held = replace(CHECK, held_by="shop", run=replace(RUN, ended=ecs.clock.timestamp() - 1))
    ecs.deploy(task_definition(ecs, 6))
    assert (looked(release, ecs, held).verdict, looked(release, ecs, held).moved_on) == (Verdict.PASS, False)
    ecs.deploy(task_definition(ecs, 7), "ROLLBACK_SUCCESSFUL")
    assert looked(release, ecs, held).moved_on


def test_what_runs_something_else_is_unknown_where_the_history_is(release: Release, ecs: DeployedEcs) -> None:
    ecs.deploy(task_definition(ecs, 7))
    ecs.define(f"{SERVICE}:9", {"app": OLD_IMAGE})
    ecs.deploy(task_definition(ecs, 9))
    ecs.refuse("ListServiceDeployments", RefusedError("ThrottlingException"))
    finding = looked(release, ecs)
    assert finding.verdict is Verdict.INCONCLUSIVE
    assert "not the intended" in finding.reason
    assert finding.reason.endswith("ThrottlingException")


@pytest.mark.parametrize(
    ("number", "minutes", "verdict"),
    [(7, 1, Verdict.FAIL), (7, 9, Verdict.INCONCLUSIVE), (9, 1, Verdict.INCONCLUSIVE)],
)
def test_only_a_rollout_of_the_action_itself_that_failed_fails_without_a_history(
    release: Release, ecs: DeployedEcs, number: int, minutes: int, verdict: Verdict
) -> None:
    ecs.define(f"{SERVICE}:9", {"app": OLD_IMAGE})
    rollout = {
        "id": "ecs-svc/9",
        "status": "ACTIVE",
        "taskDefinition": task_definition(ecs, number),
        "rolloutState": "FAILED",
        "createdAt": STARTED + timedelta(minutes=minutes),
    }
    ecs.shown["deployments"].append(rollout)
    ecs.refuse("ListServiceDeployments", RefusedError("ThrottlingException"))
    check = replace(CHECK, run=replace(RUN, ended=RUN.started + 300))
    assert looked(release, ecs, check).verdict is verdict


@pytest.mark.parametrize("status", ["PENDING", "IN_PROGRESS", "STOP_REQUESTED"])
def test_a_deployment_that_ecs_still_watches_is_pending(release: Release, ecs: DeployedEcs, status: str) -> None:
    ecs.deploy(task_definition(ecs, 7), status)
    finding = looked(release, ecs)
    assert finding.verdict is Verdict.PENDING
    assert finding.reason == f"my-service: the deployment of my-service:7 is {status}"


def test_a_history_that_is_denied_proves_nothing(release: Release, ecs: DeployedEcs) -> None:
    ecs.deploy(task_definition(ecs, 7))
    ecs.refuse("ListServiceDeployments", RefusedError("AccessDeniedException"))
    finding = looked(release, ecs)
    assert finding.verdict is Verdict.INCONCLUSIVE
    assert finding.reason == (
        "my-service: what became of the deployment is unknown: "
        "ListServiceDeployments in eu-west-1 was refused: AccessDeniedException"
    )


def test_only_ecs_own_controller_has_a_history(release: Release, ecs: DeployedEcs) -> None:
    ecs.deploy(task_definition(ecs, 7))
    ecs.shown["deploymentController"] = {"type": "EXTERNAL"}
    assert looked(release, ecs).verdict is Verdict.PASS
    assert ecs.called("ListServiceDeployments") == []


def expecting(name: str) -> PlannedCheck:
    return replace(CHECK, run=None, parameters={**CHECK.parameters, "task_definition": name})


@pytest.mark.parametrize("form", [f"{SERVICE}:6", "arn"])
def test_the_task_definition_that_is_expected_passes(release: Release, ecs: DeployedEcs, form: str) -> None:
    name = task_definition(ecs, 6) if form == "arn" else form
    finding = looked(release, ecs, expecting(name))
    assert finding.verdict is Verdict.PASS
    assert finding.reason == "my-service: 2 of 2 tasks run (task definition my-service:6)"


@pytest.mark.parametrize("name", [f"{SERVICE}:66", "other:6", "6"])
def test_another_task_definition_than_expected_fails(release: Release, ecs: DeployedEcs, name: str) -> None:
    finding = looked(release, ecs, expecting(name))
    assert finding.verdict is Verdict.FAIL
    assert finding.reason == f"my-service: the service runs my-service:6, not {name}"


@pytest.mark.parametrize("status", ["ROLLBACK_REQUESTED", "ROLLBACK_IN_PROGRESS", "IN_PROGRESS", "STOP_REQUESTED"])
def test_another_one_is_pending_while_a_rollout_moves(release: Release, ecs: DeployedEcs, status: str) -> None:
    ecs.deploy(task_definition(ecs, 7), status)
    ecs.shown["taskDefinition"] = ecs.shown["deployments"][0]["taskDefinition"] = task_definition(ecs, 7)
    finding = looked(release, ecs, expecting(f"{SERVICE}:6"))
    assert finding.verdict is Verdict.PENDING
    assert finding.reason == "my-service: my-service:7 is in service still, not my-service:6: a rollout is in progress"


def test_the_way_back_that_the_circuit_breaker_gave_up_fails(release: Release, ecs: DeployedEcs) -> None:
    ecs.deploy(task_definition(ecs, 7))
    failed = {
        "id": "ecs-svc/9",
        "status": "ACTIVE",
        "taskDefinition": task_definition(ecs, 6),
        "rolloutState": "FAILED",
    }
    ecs.shown["deployments"].append(failed)
    finding = looked(release, ecs, expecting(f"{SERVICE}:6"))
    assert finding.verdict is Verdict.FAIL
    assert finding.reason == "my-service: ECS rolled back to my-service:7: the deployment of my-service:6 failed"


def test_older_tasks_beside_the_expected_ones_are_pending(release: Release, ecs: DeployedEcs) -> None:
    finding = looked(release, ecs, expecting(f"{SERVICE}:6"), tasks=(6, 6, 7))
    assert finding.verdict is Verdict.PENDING
    assert finding.reason == "my-service: tasks of my-service:7 still run"


def test_a_crash_before_the_way_back_began_does_not_fail_it(release: Release, ecs: DeployedEcs) -> None:
    now = datetime.now(UTC)
    ecs.stop(SERVICE, task_definition(ecs, 6), now - timedelta(minutes=5))
    ecs.shown["deployments"][0]["createdAt"] = now - timedelta(minutes=4)
    ecs.shown["runningCount"] = ecs.shown["deployments"][0]["runningCount"] = 0
    for _ in range(2):
        ecs.stop(SERVICE, task_definition(ecs, 6), now)
    assert looked(release, ecs, expecting(f"{SERVICE}:6")).verdict is Verdict.PENDING
    ecs.stop(SERVICE, task_definition(ecs, 6), now)
    assert looked(release, ecs, expecting(f"{SERVICE}:6")).verdict is Verdict.FAIL


def test_an_inactive_service_fails_whatever_it_should_run(release: Release, ecs: DeployedEcs) -> None:
    ecs.shown["status"] = "DRAINING"
    finding = looked(release, ecs, expecting(f"{SERVICE}:7"))
    assert (finding.verdict, finding.reason) == (Verdict.FAIL, "my-service: the service is DRAINING")
