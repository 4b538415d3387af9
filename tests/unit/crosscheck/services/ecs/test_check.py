from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from botocore.exceptions import ConnectTimeoutError

from crosscheck.contracts.check import PlannedCheck
from crosscheck.contracts.verdicts import Finding, Verdict
from crosscheck.pipelines.runs import Artifact
from crosscheck.registry import checks
from crosscheck.services.ecs.check import EcsService
from crosscheck.services.ecs.state import ServiceState
from crosscheck.telemetry import function_logger
from tests.fakes.codepipeline_release import IMAGE, OLD_IMAGE, SERVICE, STARTED, bucket, definitions, zipped
from tests.fakes.json_protocol import RefusedError
from tests.unit.crosscheck.services.ecs.ecs_look import CHECK, REGION, RUN, looked

if TYPE_CHECKING:
    from tests.fakes.codepipeline_release import Release


def test_a_healthy_service_passes_with_what_it_runs(release: Release) -> None:
    finding = looked(release)
    assert finding.verdict is Verdict.PASS
    assert (
        finding.reason
        == f"my-service: 2 of 2 tasks run my-service@{release.digest[:19]} (task definition my-service:7)"
    )
    assert finding.values["intended app"] == IMAGE
    assert finding.values["intended digest app"] == release.digest
    assert finding.values["digests in tasks"] == f"app@{release.digest}"


def test_a_task_may_report_the_digest_of_its_platform(release: Release) -> None:
    child = next(d for d in release.ecr.manifests[SERVICE] if d not in {release.digest, release.old_digest})
    for task in release.regions[REGION].tasks:
        task["containers"][0]["imageDigest"] = child
    assert looked(release).verdict is Verdict.PASS


def test_f18_another_digest_under_the_same_tag_fails_with_both_digests(release: Release) -> None:
    region = release.regions[REGION]
    region.ecs.remember(SERVICE, region.definition, STARTED + timedelta(seconds=20), {"app": release.digest})
    region.tasks[0]["containers"][0]["imageDigest"] = release.old_digest
    finding = looked(release)
    assert finding.verdict is Verdict.FAIL
    assert (
        finding.reason
        == f"my-service: 1 of 2 tasks run {release.old_digest[:19]}, intended {release.digest[:19]} (app)"
    )
    assert release.old_digest in finding.values["digests in tasks"]


def test_a_missing_image_digest_is_inconclusive(release: Release) -> None:
    del release.regions[REGION].tasks[1]["containers"][0]["imageDigest"]
    finding = looked(release)
    assert finding.verdict is Verdict.INCONCLUSIVE
    assert "no image digest" in finding.reason


@pytest.mark.parametrize("cluster", ["production-eu", "no-such-cluster"])
def test_a_service_that_does_not_exist_fails(release: Release, cluster: str) -> None:
    finding = looked(release, replace(CHECK, parameters={"cluster": cluster, "service": "gone"}))
    assert finding.verdict is Verdict.FAIL
    assert finding.reason == f"gone: there is no such service in cluster {cluster}"


def test_an_inactive_service_fails(release: Release) -> None:
    release.regions[REGION].service["status"] = "INACTIVE"
    assert looked(release).verdict is Verdict.FAIL


def test_the_circuit_breakers_way_back_fails_although_the_rollout_is_complete(release: Release) -> None:
    region = release.regions[REGION]
    old = region.ecs.arn("task-definition", f"{SERVICE}:6")
    failed = {
        "id": "ecs-svc/2",
        "status": "ACTIVE",
        "taskDefinition": region.definition,
        "rolloutState": "FAILED",
        "createdAt": STARTED + timedelta(seconds=10),
        "failedTasks": 3,
    }
    region.service["taskDefinition"] = region.service["deployments"][0]["taskDefinition"] = old
    region.service["deployments"].append(failed)
    region.ecs.stop(SERVICE, region.definition, STARTED + timedelta(minutes=1), code=137)
    finding = looked(release)
    assert finding.verdict is Verdict.FAIL
    assert finding.reason == (
        "my-service: ECS rolled back to my-service:6: the deployment of my-service:7 failed; "
        "last task stopped with exit code 137: Essential container in task exited"
    )


def test_another_image_fails_with_ecs_own_words_where_the_failed_deployment_is_forgotten(release: Release) -> None:
    region = release.regions[REGION]
    old = region.ecs.arn("task-definition", f"{SERVICE}:6")
    region.service["taskDefinition"] = old
    region.service["deployments"][0] |= {"taskDefinition": old, "rolloutStateReason": "circuit breaker: rolling back"}
    finding = looked(release)
    assert finding.verdict is Verdict.FAIL
    assert (
        finding.reason == f"my-service: my-service:6 runs {OLD_IMAGE} as app, "
        f"not the intended {IMAGE} (circuit breaker: rolling back)"
    )


def test_no_task_runs_and_several_failed_fails_with_the_cause(release: Release) -> None:
    release.regions[REGION].fail_tasks()
    finding = looked(release)
    assert finding.verdict is Verdict.FAIL
    assert finding.reason == (
        "my-service: 0 of 2 tasks run; last task stopped with exit code 1: Essential container in task exited"
    )


def test_a_scale_to_zero_proves_nothing(release: Release) -> None:
    region = release.regions[REGION]
    region.service |= {"desiredCount": 0, "runningCount": 0}
    finding = looked(release)
    assert finding.verdict is Verdict.INCONCLUSIVE
    assert "desired count is 0: nothing runs, nothing is proven" in finding.reason


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (zipped({"other.json": b"[]"}), "the input artifact holds no imagedefinitions.json"),
        (zipped({"imagedefinitions.json": b"{"}), "is not a list of"),
        (zipped({"imagedefinitions.json": b"[]"}), "is not a list of"),
        (zipped({"imagedefinitions.json": definitions("Not An Image")}), "is not a list of"),
        (zipped({"imagedefinitions.json": b" " * 100_001}), "is over 100000 bytes"),
        (b"no zip at all", "is no readable zip: it has no end"),
        (zipped({"imagedefinitions.json": definitions(IMAGE)})[:-30], "is no readable zip: it has no end"),
    ],
)
def test_an_unreadable_artifact_is_inconclusive(release: Release, content: bytes, words: str) -> None:
    release.store(REGION, content)
    finding = looked(release)
    assert finding.verdict is Verdict.INCONCLUSIVE
    assert words in finding.reason


def test_a_missing_artifact_is_inconclusive_with_the_code(release: Release) -> None:
    run = replace(RUN, inputs={"BuildOutput": Artifact(bucket(REGION), "gone")})
    finding = looked(release, replace(CHECK, run=run))
    assert finding.verdict is Verdict.INCONCLUSIVE
    assert "GetObject in eu-west-1 was refused: NoSuchKey" in finding.reason


def test_an_artifact_of_any_size_is_read_in_parts(release: Release) -> None:
    import random  # noqa: PLC0415 - incompressible content

    ballast = random.Random(1).randbytes(2_000_000)  # noqa: S311 - no secret
    release.store(REGION, zipped({"imagedefinitions.json": definitions(IMAGE), "app.bin": ballast}))
    assert looked(release).verdict is Verdict.PASS
    release.store(REGION, zipped({"app.bin": ballast, "imagedefinitions.json": definitions(IMAGE)}))
    assert looked(release).verdict is Verdict.PASS


def test_a_broken_service_fails_even_where_the_artifact_is_unreadable(release: Release) -> None:
    release.store(REGION, b"garbled")
    release.regions[REGION].fail_tasks()
    assert looked(release).verdict is Verdict.FAIL


def test_f17_a_region_that_denies_is_inconclusive_with_code_and_region(release: Release) -> None:
    release.regions[REGION].ecs.refuse("DescribeServices", RefusedError("AccessDeniedException", "secret words"))
    finding = looked(release)
    assert finding.verdict is Verdict.INCONCLUSIVE
    assert finding.reason == "DescribeServices in eu-west-1 was refused: AccessDeniedException"


def test_f20_a_region_that_does_not_answer_is_inconclusive(release: Release) -> None:
    error = ConnectTimeoutError(endpoint_url="https://ecs.eu-west-1.amazonaws.com")
    release.regions[REGION].ecs.refuse("DescribeServices", error)
    finding = looked(release)
    assert finding.verdict is Verdict.INCONCLUSIVE
    assert finding.reason == "no answer from eu-west-1: ConnectTimeoutError"


def test_f17_a_crash_of_the_check_is_inconclusive_and_counted_without_its_text(
    release: Release,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    planted = "-".join(("planted", "session", "token"))

    def crash(_self: EcsService, _planned: PlannedCheck, _aws: object) -> Finding:
        raise ZeroDivisionError(planted)

    monkeypatch.setattr(EcsService, "run", crash)
    monkeypatch.setattr(checks, "logger", function_logger())
    finding = looked(release)
    assert finding.verdict is Verdict.INCONCLUSIVE
    assert finding.reason == "the check ecs-service crashed with ZeroDivisionError; its log says where"
    written = "".join(capfd.readouterr())
    assert '"CheckCrashes":[1.0]' in written.replace(" ", "")
    assert [vars(record)["region"] for record in caplog.records if record.getMessage() == "a check crashed"] == [
        "eu-west-1"
    ]
    assert "in crash" in caplog.text
    assert planted not in written + caplog.text


def test_a_service_with_task_sets_runs_what_the_primary_one_says(release: Release) -> None:
    service = release.regions[REGION].service
    service["taskSets"] = [
        {"id": "ecs-svc/1", "status": "ACTIVE", "taskDefinition": "arn:aws:ecs:x:y:task-definition/old:1"},
        {"id": "ecs-svc/2", "status": "PRIMARY", "taskDefinition": service.pop("taskDefinition")},
    ]
    service["deployments"] = []
    finding = looked(release)
    assert finding.verdict is Verdict.PASS
    assert finding.values["task definition"] == "my-service:7"


def test_a_service_without_a_task_definition_or_a_primary_task_set_proves_nothing(release: Release) -> None:
    service = release.regions[REGION].service
    del service["taskDefinition"]
    service["deployments"] = []
    finding = looked(release)
    assert finding.verdict is Verdict.INCONCLUSIVE
    assert finding.reason == "my-service: the service names no task definition and has no primary task set"


def test_a_check_that_was_asked_for_proves_the_counts(release: Release) -> None:
    finding = looked(release, replace(CHECK, run=None))
    assert finding.verdict is Verdict.PASS
    assert finding.reason == "my-service: 2 of 2 tasks run (task definition my-service:7)"


@pytest.mark.parametrize(
    ("status", "verdict"),
    [("InProgress", Verdict.PENDING), ("Failed", Verdict.FAIL), ("Abandoned", Verdict.FAIL)],
)
def test_an_action_that_did_not_succeed_is_itself_the_finding(release: Release, status: str, verdict: Verdict) -> None:
    finding = looked(release, replace(CHECK, run=replace(RUN, status=status, error="JobFailed")))
    assert finding.verdict is verdict
    assert "Deploy-EU-West" in finding.reason


def test_more_tasks_than_one_page(release: Release) -> None:
    region = release.regions[REGION]
    for _ in range(248):
        region.ecs.run(SERVICE, region.definition, {"app": release.digest})
    region.service |= {"desiredCount": 250, "runningCount": 250}
    region.service["deployments"][0] |= {"desiredCount": 250, "runningCount": 250}
    assert looked(release).reason.startswith("my-service: 250 of 250 tasks run")
    assert [len(call["tasks"]) for call in region.ecs.called("DescribeTasks")] == [100, 100, 50]


def test_a_look_tells_what_runs_digest_by_digest(release: Release) -> None:
    subject = f"ecs-service production-eu/{SERVICE}"
    state = ServiceState(release.regions[REGION].definition, {"app": release.digest})
    assert looked(release).baselines == {subject: state.text}
    proof = replace(CHECK, run=None, parameters={**CHECK.parameters, "task_definition": f"{SERVICE}:7"})
    assert looked(release, proof).baselines == {subject: state.text}
    release.regions[REGION].tasks[0]["containers"][0]["imageDigest"] = release.old_digest
    assert looked(release, proof).baselines == {subject: ServiceState(state.task_definition).text}
    assert looked(release).baselines == {}, "it fails, and ECS tells no deployment of it"


def test_tasks_that_go_on_dying_are_told_from_those_that_did(release: Release) -> None:
    region, last = release.regions[REGION], STARTED + timedelta(minutes=3)
    for seconds in (120, 60, 0):
        region.ecs.stop(SERVICE, region.definition, last - timedelta(seconds=seconds))

    def seen(later: timedelta) -> Finding:
        return EcsService(clock=(last + later).timestamp).run(CHECK, release.aws)

    assert seen(timedelta(minutes=4)).verdict is Verdict.PENDING
    assert seen(timedelta(minutes=6)).verdict is Verdict.PASS


def test_a_digest_that_only_one_look_knows_is_no_other_state() -> None:
    """The tasks of a release that fails may have run while preflight looked, and none runs once it is judged."""
    arn, same = "arn:aws:ecs:eu-west-1:111122223333:task-definition/my-service:11", EcsService().same_state
    failing, ran = ServiceState(arn), ServiceState(arn, {"app": f"sha256:{'a' * 64}"})
    assert same(ran.text, failing.text)
    assert same(failing.text, ran.text)
    assert same(ran.text, arn)
    assert not same(ran.text, replace(ran, digests={"app": f"sha256:{'b' * 64}"}).text)
    assert not same(ran.text, replace(ran, task_definition=f"{arn}2").text)
    assert not same(ran.text, "")
