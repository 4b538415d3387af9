from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from botocore.exceptions import ClientError

from crosscheck.contracts.rollback import NOTHING_PROVEN, Feasibility, RollbackStarted, SupersededError
from crosscheck.contracts.verdicts import Verdict
from crosscheck.registry.rollbacks import ROLLBACKS, rollback_of
from crosscheck.services.ecs.rollback import EcsRollback
from crosscheck.services.ecs.state import ServiceState
from tests.fakes.json_protocol import RefusedError
from tests.unit.crosscheck.services.ecs.ecs_world import CLUSTER, REPOSITORY, SERVICE, World

if TYPE_CHECKING:
    from collections.abc import Callable

DIGEST = "sha256:" + "ab" * 32


def test_a_finished_deployment_is_replaced_by_the_earlier_task_definition() -> None:
    world = World()
    way = world.propose()
    assert (way.feasibility, way.target) == (Feasibility.READY, "my-service:6")
    assert way.reason == "my-service runs my-service:7; the way back leads to my-service:6"
    assert way.verification == world.proof
    assert world.acted() == []
    assert world.begin(way) == ("deployed my-service:6 again, in the place of my-service:7", world.proof)
    [update] = world.ecs.called("UpdateService")
    assert update == {"cluster": CLUSTER, "service": SERVICE, "taskDefinition": world.six}


def test_the_proof_waits_for_the_rollout_and_passes_after_it() -> None:
    world = World()
    _, proof = world.begin(world.propose())
    world.serve(world.seven)
    assert world.prove(proof)[0] is Verdict.PENDING
    world.ecs.become(world.ecs.deployments[0]["serviceDeploymentArn"], "SUCCESSFUL")
    world.serve(world.six, world.digest)
    ran = f"my-service: 2 of 2 tasks run my-service@{world.digest[:19]} (task definition my-service:6)"
    assert world.prove(proof) == (Verdict.PASS, ran)


@pytest.mark.parametrize("status", ["PENDING", "IN_PROGRESS"])
def test_a_deployment_in_progress_is_stopped(status: str) -> None:
    world = World(status)
    way = world.propose()
    assert (way.feasibility, way.target) == (Feasibility.READY, "my-service:6")
    assert way.reason == "the deployment of my-service:7 is in progress: stopping it goes back to my-service:6"
    reason, proof = world.begin(way)
    assert (reason, proof) == ("stopped the deployment of my-service:7: ECS goes back to my-service:6", world.proof)
    assert world.ecs.called("StopServiceDeployment") == [{"serviceDeploymentArn": world.made, "stopType": "ROLLBACK"}]
    world.ecs.become(world.made, "ROLLBACK_SUCCESSFUL")
    world.serve(world.six, world.digest)
    assert world.prove(proof)[0] is Verdict.PASS


@pytest.mark.parametrize("status", ["SUCCESSFUL", "STOPPED", "STOP_REQUESTED"])
def test_what_ended_without_a_rollback_is_updated(status: str) -> None:
    world = World(status)
    way = world.propose()
    assert way.feasibility is Feasibility.READY
    world.begin(way)
    assert world.acted() == ["UpdateService"]


@pytest.mark.parametrize(
    ("status", "words"),
    [
        ("ROLLBACK_SUCCESSFUL", "ECS rolled back by itself, from my-service:7 to my-service:6"),
        ("ROLLBACK_FAILED", "ECS tried to roll back by itself, from my-service:7 to my-service:6"),
        ("ROLLBACK_REQUESTED", "ECS is rolling back, from my-service:7 to my-service:6"),
        ("ROLLBACK_IN_PROGRESS", "ECS is rolling back, from my-service:7 to my-service:6"),
    ],
)
def test_what_ecs_takes_back_itself_is_back(status: str, words: str) -> None:
    world = World(status)
    way = world.propose()
    assert (way.feasibility, way.reason, way.target) == (Feasibility.ALREADY_BACK, words, "my-service:6")
    assert way.verification == world.proof


def test_a_rollback_that_failed_while_the_new_revision_serves_is_taken_back() -> None:
    world = World("ROLLBACK_FAILED")
    world.ecs.shown["taskDefinition"] = world.seven
    assert world.propose().feasibility is Feasibility.READY


def test_nothing_was_deployed() -> None:
    world = World("")
    way = world.propose()
    assert way.feasibility is Feasibility.ALREADY_BACK
    assert way.reason == "Deploy-EU-West deployed nothing: my-service runs my-service:6 as before"
    assert way.verification == world.proof


def test_an_action_in_progress_may_still_deploy() -> None:
    world = World("")
    world.planned = replace(world.planned, run=replace(world.run, status="InProgress"))
    way = world.propose()
    assert (way.feasibility, way.verification) == (Feasibility.MANUAL, None)
    assert way.reason == "Deploy-EU-West is in progress and has deployed nothing yet"


def test_a_later_task_definition_moved_on() -> None:
    world = World()
    world.ecs.deploy(world.eight)
    way = world.propose()
    assert (way.feasibility, way.verification) == (Feasibility.SUPERSEDED, None)
    assert way.reason == "my-service:8 was deployed to my-service since"


def test_somebody_went_back_already() -> None:
    world = World()
    world.ecs.deploy(world.six)
    way = world.propose()
    assert (way.feasibility, way.verification) == (Feasibility.ALREADY_BACK, world.proof)
    assert way.reason == "my-service:6 was deployed again since, in the place of my-service:7"


def test_a_way_back_that_ecs_gave_up_is_for_a_person() -> None:
    world = World()
    world.ecs.deploy(world.six, "ROLLBACK_SUCCESSFUL")
    way = world.propose()
    assert way.feasibility is Feasibility.MANUAL
    assert "was tried, and ECS gave it up (ROLLBACK_SUCCESSFUL)" in way.reason


def test_the_same_again_is_still_what_the_execution_brought() -> None:
    world = World()
    world.ecs.deploy(world.seven, "IN_PROGRESS")
    way = world.propose()
    assert way.feasibility is Feasibility.READY
    assert "my-service:7 was deployed again since" in way.reason
    world.begin(way)  # stopping would go back to the release itself
    assert world.acted() == ["UpdateService"]


def test_without_a_baseline_there_is_no_way_back_whatever_ran_before() -> None:
    for status in ("SUCCESSFUL", "IN_PROGRESS"):
        way = World(status).propose("")
        assert (way.feasibility, way.verification) == (Feasibility.MANUAL, None)
        assert way.reason == f"my-service runs my-service:7; {NOTHING_PROVEN}"
    way = World("ROLLBACK_SUCCESSFUL").propose("")
    assert way.feasibility is Feasibility.MANUAL
    assert way.reason == (
        "ECS rolled back by itself, from my-service:7 to my-service:6; whether that had passed is not known"
    )


def test_what_ran_just_before_is_no_target_where_something_older_is_the_baseline() -> None:
    world = World("IN_PROGRESS")
    older = ServiceState(world.five, {"app": world.ecs.pinned(world.first)["app"] or ""})
    way = world.propose(older.text)
    assert (way.feasibility, way.target, way.stops) == (Feasibility.READY, "my-service:5", "")
    world.begin(way, older.text)
    assert world.acted() == ["UpdateService"]
    assert world.ecs.called("UpdateService")[0]["taskDefinition"] == world.five


@pytest.mark.parametrize("status", ["ROLLBACK_IN_PROGRESS", "ROLLBACK_SUCCESSFUL", "ROLLBACK_FAILED"])
def test_where_ecs_went_back_by_itself_to_what_was_not_proven_the_proven_one_is_deployed(status: str) -> None:
    world = World(status)
    older = ServiceState(world.five, {"app": world.ecs.pinned(world.first)["app"] or ""}).text
    way = world.propose(older)
    assert (way.feasibility, way.target) == (Feasibility.READY, "my-service:5")
    assert way.reason.endswith("from my-service:7 to my-service:6; the way back leads to my-service:5")
    assert world.begin(way, older)[0] == "deployed my-service:5 again, in the place of my-service:6"
    assert world.acted() == ["UpdateService"]
    assert world.propose(older).feasibility is Feasibility.ALREADY_BACK


def test_where_ecs_went_back_to_another_image_of_the_proven_task_definition_a_person_decides() -> None:
    way = World("ROLLBACK_SUCCESSFUL").propose(ServiceState(f"{SERVICE}:6", {"app": DIGEST}).text)
    assert (way.feasibility, way.verification) == (Feasibility.MANUAL, None)


@pytest.mark.parametrize("spoil", [lambda world: world.ecs.inactive.add(world.five), lambda world: world.push(7)])
def test_what_cannot_be_deployed_again_as_it_was_stays_suggested_after_ecs_own_way_back(
    spoil: Callable[[World], object],
) -> None:
    world = World("ROLLBACK_SUCCESSFUL", tag="latest")
    spoil(world)
    older = ServiceState(world.five, {"app": world.ecs.pinned(world.first)["app"] or ""})
    assert world.propose(older.text).feasibility is Feasibility.MANUAL


def test_f59_a_tag_that_moved_on_is_no_way_back_to_the_image_that_it_stood_for() -> None:
    world = World(tag="latest")
    way = world.propose()
    assert (way.feasibility, way.verification) == (Feasibility.MANUAL, None)
    assert way.reason == (
        "my-service runs my-service:7; the way back leads to my-service:6; deployed again, my-service:6 may run "
        f"another image: my-service:6 names {REPOSITORY}:latest, which stands for {world.broken[:19]} by now, "
        f"not for {world.digest[:19]}"
    )


def test_a_tag_that_stands_for_the_image_again_is_a_way_back() -> None:
    world = World(tag="latest")
    world.push(6)
    way = world.propose()
    assert (way.feasibility, way.verification) == (Feasibility.READY, world.proof)
    world.push(7)  # it moves between the proposal and the deed
    with pytest.raises(SupersededError, match="which stands for"):
        world.begin(way)
    assert world.acted() == []


def test_stopped_a_deployment_goes_back_to_the_pinned_image_wherever_the_tag_points() -> None:
    world = World("IN_PROGRESS", tag="latest")
    way = world.propose()
    assert (way.feasibility, way.verification) == (Feasibility.READY, world.proof)
    world.begin(way)
    assert world.acted() == ["StopServiceDeployment"]


def test_the_same_task_definition_with_another_image_is_not_back() -> None:
    world = World(tag="latest")
    world.ecs.deploy(world.six)
    way = world.propose()
    assert way.feasibility is Feasibility.SUPERSEDED
    assert way.reason.endswith(f"but runs {world.broken[:19]}, not {world.digest[:19]} (app)")
    world.serve(world.six, world.broken)
    assert world.prove(world.proof) == (
        Verdict.FAIL,
        f"my-service: 2 of 2 tasks run {world.broken[:19]}, intended {world.digest[:19]} (app)",
    )


@pytest.mark.parametrize(
    ("image", "digests", "words"),
    [
        (f"{REPOSITORY}:6", {}, "and which digest it stood for is unknown"),
        ("public.ecr.aws/nginx/nginx:1", {"app": DIGEST}, f"outside ECR: whether it still stands for {DIGEST[:19]}"),
        (f"{REPOSITORY}:gone", {"app": DIGEST}, "does not have"),
        (f"{REPOSITORY}@{DIGEST}", {}, ""),
    ],
)
def test_only_a_digest_that_is_sure_is_deployed_again(image: str, digests: dict[str, str], words: str) -> None:
    world = World()
    world.ecs.define(f"{SERVICE}:6", {"app": image})
    way = world.propose(ServiceState(world.six, digests).text)
    assert way.feasibility is (Feasibility.MANUAL if words else Feasibility.READY)
    assert words in way.reason


@pytest.mark.parametrize(
    ("reference", "resolved", "feasibility"),
    [
        ("public.ecr.aws/envoy:1", DIGEST, Feasibility.READY),
        ("public.ecr.aws/envoy:1", "sha256:" + "cd" * 32, Feasibility.MANUAL),
        ("public.ecr.aws/envoy:1", "", Feasibility.MANUAL),
        ("public.ecr.aws/envoy:2", DIGEST, Feasibility.MANUAL),
    ],
)
def test_a_sidecar_outside_ecr_is_deployed_again_where_the_release_ran_the_same_digest_of_it(
    reference: str, resolved: str, feasibility: Feasibility
) -> None:
    world = World("")
    world.ecs.define(f"{SERVICE}:6", {"app": f"{REPOSITORY}:6", "envoy": "public.ecr.aws/envoy:1"})
    world.ecs.define(f"{SERVICE}:7", {"app": f"{REPOSITORY}:7", "envoy": reference})
    world.ecr.tags["envoy", reference[-1]] = resolved
    world.ecs.deploy(world.seven)
    way = world.propose(ServiceState(world.six, {"app": world.digest, "envoy": DIGEST}).text)
    assert way.feasibility is feasibility


def test_a_restart_of_what_the_release_brought_leaves_it_to_be_taken_back_and_another_image_of_it_does_not() -> None:
    world = World(tag="latest")
    world.ecs.deploy(world.seven)
    assert world.propose().reason.startswith("my-service:7 was deployed again since")
    world.push(8)
    world.ecs.deploy(world.seven)
    assert world.propose().feasibility is Feasibility.SUPERSEDED


def test_what_came_after_an_action_that_deployed_nothing_is_not_its_own() -> None:
    world = World("")
    world.planned = replace(world.planned, run=replace(world.run, ended=world.ecs.clock.timestamp() - 1))
    world.ecs.deploy(world.six)
    assert world.propose().feasibility is Feasibility.ALREADY_BACK
    world.ecs.deploy(world.eight)
    way = world.propose()
    assert (way.feasibility, way.reason) == (
        Feasibility.SUPERSEDED,
        "my-service:8 was deployed to my-service since",
    )


@pytest.mark.parametrize("external", ["ecs-svc/sd3", "arn:aws:ecs:eu-west-1:1:service-deployment/c/s/sd3"])
def test_the_deployment_that_codepipeline_names_is_the_actions(external: str) -> None:
    world = World("", external=external)
    world.ecs.deploy(world.eight)
    world.ecs.deploy(world.seven)
    way = world.propose()
    assert (way.feasibility, way.target, way.left) == (Feasibility.READY, "my-service:6", world.seven)


def test_a_name_that_ecs_does_not_know_leaves_the_first_deployment() -> None:
    world = World(external="ecs-svc/0123456789")
    assert world.propose().feasibility is Feasibility.READY


@pytest.mark.parametrize("status", ["Failed", "InProgress", "Abandoned"])
def test_whose_deployment_it_is_must_be_certain(status: str) -> None:
    world = World()
    world.planned = replace(world.planned, run=replace(world.run, status=status))
    way = world.propose()
    assert way.feasibility is Feasibility.MANUAL
    assert "who deployed to my-service since is unknown" in way.reason
    world.planned = replace(world.planned, run=replace(world.run, status=status, external="ecs-svc/sd2"))
    assert world.propose().feasibility is Feasibility.READY


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (lambda world: world.ecs.shown.update(desiredCount=0), "the desired count of my-service is 0"),
        (lambda world: world.ecs.shown.update(status="INACTIVE"), "my-service is INACTIVE"),
        (lambda world: world.ecs.shown.update(deploymentController={"type": "CODE_DEPLOY"}), "deployed by CODE_DEPLOY"),
        (lambda world: world.ecs.shown.update(deploymentController={"type": "EXTERNAL"}), "deployed by EXTERNAL"),
        (lambda world: world.ecs.clusters.clear(), "there is no service my-service in cluster production-eu"),
        (lambda world: world.ecs.clusters[CLUSTER].clear(), "there is no service my-service in cluster production-eu"),
        (lambda world: world.ecs.inactive.add(world.six), "my-service:6 was deregistered"),
        (lambda world: world.ecs.definitions.pop(world.six), "my-service:6 was deregistered"),
    ],
)
def test_where_a_person_has_to_decide(spoil: Callable[[World], object], words: str) -> None:
    world = World()
    ready = world.propose()
    spoil(world)
    way = world.propose()
    assert (way.feasibility, way.verification) == (Feasibility.MANUAL, None)
    assert words in way.reason
    with pytest.raises(SupersededError, match=re.escape(words)):
        world.begin(ready)
    assert world.acted() == []


def test_the_same_task_definition_once_more_has_no_way_back() -> None:
    world = World("")
    world.ecs.deploy(world.six)
    way = world.propose()
    assert (way.feasibility, way.verification) == (Feasibility.MANUAL, None)
    assert way.reason == "my-service ran my-service:6 before already: there is no other task definition to go back to"


def test_a_history_that_cannot_be_read_to_its_end_is_for_a_person() -> None:
    world = World()
    for _ in range(10):
        world.ecs.deploy(world.seven)
    way = world.propose()
    assert way.feasibility is Feasibility.MANUAL
    assert "deployments since the deploy action started" in way.reason


def test_a_change_between_proposal_and_action_changes_nothing() -> None:
    world = World()
    way = world.propose()
    world.ecs.deploy(world.eight)
    with pytest.raises(SupersededError, match="my-service:8 was deployed to my-service since"):
        world.begin(way)
    assert world.acted() == []


def test_the_same_deployed_again_between_proposal_and_action_is_a_change() -> None:
    world = World()
    way = world.propose()
    world.ecs.deploy(world.seven)
    with pytest.raises(SupersededError, match="it changed meanwhile: my-service:7 was deployed again since"):
        world.begin(way)
    assert world.acted() == []


@pytest.mark.parametrize("status", ["SUCCESSFUL", "IN_PROGRESS"])
def test_beginning_twice_has_one_effect(status: str) -> None:
    world = World(status)
    way = world.propose()
    world.begin(way)
    acted = world.acted()
    _, proof = world.begin(way)
    assert proof == world.proof
    assert world.acted() == acted


def test_what_ends_just_before_it_is_stopped_is_updated() -> None:
    world = World("IN_PROGRESS")
    way = world.propose()
    world.ecs.on_stop = lambda: world.ecs.become(world.made, "SUCCESSFUL")
    reason, _ = world.begin(way)
    assert reason == "deployed my-service:6 again, in the place of my-service:7"
    assert world.acted() == ["StopServiceDeployment", "UpdateService"]


def test_a_deployment_that_ecs_gives_up_just_before_it_is_stopped_is_back() -> None:
    world = World("IN_PROGRESS")
    way = world.propose()
    world.ecs.on_stop = lambda: world.ecs.become(world.made, "ROLLBACK_SUCCESSFUL")
    reason, proof = world.begin(way)
    assert (reason, proof) == ("ECS rolled back by itself, from my-service:7 to my-service:6", world.proof)


def test_a_refusal_comes_out() -> None:
    world = World()
    way = world.propose()
    world.ecs.refuse("UpdateService", RefusedError("AccessDeniedException"))
    with pytest.raises(ClientError, match="AccessDeniedException"):
        world.begin(way)


def test_only_what_a_deploy_action_brought_has_a_way_back() -> None:
    planned = World().planned
    assert rollback_of(planned) is ROLLBACKS["ecs-service"]
    assert rollback_of(replace(planned, run=None)) is None
    assert rollback_of(replace(planned, kind="http")) is None


def test_what_was_replaced_is_named_by_the_source_revisions_where_the_list_does_not_show_it_yet() -> None:
    world = World()
    way = world.propose()
    world.begin(way)
    hotfix, made = world.ecs.deploy(world.eight), world.ecs.deployments.pop(0)
    world.ecs.deployments[0]["sources"].append(made["target"])
    began = RollbackStarted("", world.proof)
    replaced = EcsRollback().replaced(world.planned, way, began, world.aws)
    assert hotfix not in {each["serviceDeploymentArn"] for each in world.ecs.deployments}
    assert replaced == (
        "my-service:8, deployed by somebody else: aws ecs update-service --region eu-west-1 "
        "--cluster production-eu --service my-service --task-definition my-service:8"
    )


def test_f67_a_failed_action_that_names_no_deployment_of_the_service_has_made_none() -> None:
    world = World()
    world.planned = replace(world.planned, run=replace(world.run, status="Failed", external="d-ABCDEF123"))
    way = world.propose()
    assert way.feasibility is Feasibility.MANUAL
    assert "names no deployment" in way.reason
