"""The gate where something denies, hangs or crashes, and where the time runs out."""

from __future__ import annotations

import threading
from dataclasses import replace
from typing import TYPE_CHECKING

from crosscheck.contracts.verdicts import Verdict
from crosscheck.ledger.subjects import Subject
from crosscheck.verification.progress import begin
from gate_stage.continuation import TOKEN_LIMIT, Continuation, encode
from gate_stage.job import read_job
from gate_stage.look import GateLook
from tests.fakes.codepipeline_release import (
    EXECUTION,
    GATE,
    HOME,
    JOB,
    PIPELINE,
    SECONDARIES,
)
from tests.fakes.json_protocol import RefusedError

if TYPE_CHECKING:
    from tests.unit.gate_stage.conftest import Account

SUBJECT = Subject(HOME, PIPELINE, EXECUTION).key


def test_f16_a_token_of_another_version_is_a_configuration_error(account: Account) -> None:
    changes = {"token": '{"v":7}'}
    details = account.invoke(**changes)["failureDetails"]
    assert details["type"] == "ConfigurationError"
    assert "another version" in details["message"]


def test_f17_a_region_that_denies_is_unknown_and_the_other_is_judged(account: Account) -> None:
    account.release.regions["eu-west-1"].ecs.refuse("DescribeServices", RefusedError("AccessDeniedException"))
    answer = account.invoke()
    for number in (2, 3):
        assert answer["outcome"] == "continued"
        answer = account.look_again(answer, number)
    assert answer["failureDetails"]["message"] == (
        "FAIL regions=: unknown eu-west-1: DescribeServices in eu-west-1 was refused: AccessDeniedException; "
        "passed: ap-southeast-1"
    )
    verdicts = {
        record.latest["judged"]["region"]: record.latest["judged"]["verdict"] for record in account.ledger().values()
    }
    assert verdicts == {"ap-southeast-1": "PASS", "eu-west-1": "INCONCLUSIVE"}


def test_f17_a_check_that_crashes_in_one_region_leaves_the_other_its_verdict(account: Account) -> None:
    account.release.regions["eu-west-1"].ecs.refuse("DescribeServices", ZeroDivisionError("planted"))
    answer = account.invoke(parameters={"deadline_minutes": 0})
    assert answer["failureDetails"]["message"] == (
        "FAIL regions=: unknown eu-west-1: the check ecs-service crashed with ZeroDivisionError; its log says where; "
        "passed: ap-southeast-1"
    )


def test_f17_a_region_that_denies_may_be_let_through(account: Account) -> None:
    account.release.regions["eu-west-1"].ecs.refuse("DescribeServices", RefusedError("AccessDeniedException"))
    answer = account.invoke(parameters={"on_inconclusive": "pass", "deadline_minutes": 0})
    assert answer["outputVariables"] == {
        "verdict": "PASS",
        "regions_passed": "ap-southeast-1",
        "regions_failed": "none",
    }


def test_f17_f20_a_region_that_hangs_is_unknown_and_spoils_nothing(account: Account) -> None:
    released = threading.Event()
    ecs = account.release.regions["eu-west-1"].ecs
    answering = ecs.describe_services

    def hang(body: dict[str, object]) -> object:
        released.wait()
        return answering(body)

    ecs.describe_services = hang  # type: ignore[method-assign,assignment]  # a black hole
    for region in SECONDARIES:  # clients are made beforehand: the other region needs milliseconds then
        account.release.aws.client("ecs", region)
        account.release.aws.client("s3", region)
    gate = GateLook(account.release.aws, lambda: account.now, region_seconds=3.0)
    try:
        job = read_job(account.release.aws.client("codepipeline"), JOB, GATE)
        assert job is not None
        judged = gate.judge(job, gate.prove(job), begin(account.now))
    finally:
        released.set()
    found = {region.region: (region.verdict, region.reason) for region in judged.decision.regions}
    assert found["ap-southeast-1"][0] is Verdict.PASS
    assert found["eu-west-1"] == (Verdict.INCONCLUSIVE, "eu-west-1 did not answer within 3 seconds")


def test_f13_near_the_timeout_the_job_is_continued_with_what_is_known(account: Account) -> None:
    account.context.remaining = 20_000
    answer = account.invoke("codepipeline_job_continued", job=JOB)
    assert answer["outcome"] == "continued"
    assert '"since":1767607500.0,"look":2' in answer["continuationToken"]
    assert account.ledger() == {}


def test_f13_looks_that_never_come_to_an_end_fail_at_the_deadline(account: Account) -> None:
    account.context.remaining = 20_000
    account.now += 21 * 60
    answer = account.invoke("codepipeline_job_continued", job=JOB)
    assert answer["failureDetails"]["message"].startswith("FAIL regions=: no look came to an end")


def test_a_throttled_definition_is_read_again_and_a_denied_one_fails_in_words(account: Account) -> None:
    account.release.codepipeline.refuse("GetPipeline", RefusedError("AccessDeniedException"))
    answer = account.invoke()
    for number in (2, 3):
        assert answer["outcome"] == "continued"
        answer = account.look_again(answer, number)
    assert answer["failureDetails"]["message"] == (
        "FAIL regions=: the pipeline cannot be read: GetPipeline in us-east-1 was refused: AccessDeniedException"
    )


def test_f16_a_token_that_an_unreadable_look_makes_too_long_is_answered(account: Account) -> None:
    full = Continuation(begin(account.now))
    while len(encode(full)) + len(',"unread":1') <= TOKEN_LIMIT:
        fails = full.progress.fails
        full = replace(full, progress=replace(full.progress, fails={**fails, f"{len(fails):06x}": 1}))
    account.release.codepipeline.refuse("GetPipeline", RefusedError("ThrottlingException"))
    details = account.invoke(token=encode(full))["failureDetails"]
    assert details["type"] == "ConfigurationError"
    assert "do not fit into a continuation token" in details["message"]
