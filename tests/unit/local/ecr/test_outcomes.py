"""F18: what may become of a replication, as `POST /replication` sets it."""

import math

import pytest

from local.ecr import ReplicationOutcome
from local.ecr.outcomes import USUAL_DELAY, Courses
from tests.unit.local.ecr.conftest import ASIA, EU, HOME, REPOSITORY, Account, rule


def test_f18_a_replication_fails_in_one_region_only(account: Account) -> None:
    account.replicate(rule(EU, ASIA))
    account.layer.set_replication(EU, None, "fail")
    account.push("1")
    account.pending.run()

    answer = account.ecr().describe_image_replication_status(repositoryName=REPOSITORY, imageId={"imageTag": "1"})
    by_region = {entry["region"]: entry for entry in answer["replicationStatuses"]}
    assert by_region[EU]["status"] == "FAILED"
    assert by_region[EU]["failureCode"]
    assert by_region[ASIA]["status"] == "COMPLETE"
    assert account.digests(EU) == {}
    results = {region: detail["result"] for region, _, detail in account.announced("ECR Replication Action")}
    assert results == {EU: "FAILED", ASIA: "SUCCESS"}


def test_f18_a_replication_hangs(account: Account) -> None:
    account.replicate(rule(EU))
    account.layer.set_replication(EU, 1.0, "hang")
    account.push("1")

    assert account.pending.waiting == []
    assert account.statuses(imageTag="1") == {EU: "IN_PROGRESS"}


def test_f18_a_complete_image_may_have_expired(account: Account) -> None:
    account.replicate(rule(EU))
    account.layer.set_replication(EU, None, "expired")
    account.push("1")
    account.pending.run()

    assert account.statuses(imageTag="1") == {EU: "COMPLETE"}
    assert account.digests(EU) == {}


def test_f18_an_index_arrives_without_its_children(account: Account) -> None:
    account.replicate(rule(EU))
    account.layer.set_replication(EU, None, "partial")
    child = account.push(None, content="linux/arm64")
    index = account.push("1", children=(child,))
    account.pending.run()

    assert account.digests(EU) == {index: ["1"]}
    assert account.statuses(imageDigest=child) == {EU: "IN_PROGRESS"}


def test_a_delay_is_in_seconds_of_aws(account: Account) -> None:
    account.replicate(rule(EU))
    account.layer.set_replication(EU, 1800, "complete")
    account.push("1")

    assert [seconds for seconds, _ in account.pending.waiting] == [1800.0]


def test_faults_are_cleared_for_what_is_pushed_later(account: Account) -> None:
    account.replicate(rule(EU))
    account.layer.set_replication(EU, None, "hang")
    account.push("1")
    account.layer.clear_faults()
    account.push("2")
    account.pending.run()

    assert account.statuses(imageTag="1") == {EU: "IN_PROGRESS"}
    assert account.statuses(imageTag="2") == {EU: "COMPLETE"}


@pytest.mark.parametrize(
    ("region", "delay", "outcome", "words"),
    [
        ("nowhere-9", None, "fail", "region"),
        ("eu-nowhere-9", None, "fail", "region"),
        (EU, -1, "fail", "delay_seconds"),
        (EU, math.inf, "fail", "delay_seconds"),
        (EU, math.nan, "fail", "delay_seconds"),
        (EU, True, "fail", "delay_seconds"),
        (EU, None, "explode", "complete, fail, hang"),
    ],
)
def test_wrong_settings_are_answered_in_words(region: str, delay: float | None, outcome: str, words: str) -> None:
    courses = Courses()
    with pytest.raises(ValueError, match=words):
        courses.choose(region, delay, outcome)
    course = courses.into(region)
    assert (course.delay, course.outcome) == (USUAL_DELAY, ReplicationOutcome.COMPLETE)


def test_other_regions_are_not_touched() -> None:
    courses = Courses()
    courses.choose(EU, 0, "fail")
    assert courses.into(HOME).outcome is ReplicationOutcome.COMPLETE
