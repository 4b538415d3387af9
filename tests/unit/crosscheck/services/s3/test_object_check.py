"""Pure rules; what S3 answers is in tests/integration/crosscheck/services/s3/test_object_check.py."""

from __future__ import annotations

from dataclasses import replace

import pytest

from crosscheck.contracts.check import PlannedCheck
from crosscheck.contracts.verdicts import Verdict
from crosscheck.pipelines.runs import ActionRun
from crosscheck.services.s3.object_check import Newest, S3Object, judge_object
from tests.fakes.modelled import ModelledClients

STARTED = 1_772_618_400.5
RUN = ActionRun("Deploy", "Deploy-EU", "Succeeded", STARTED, {"BucketName": "site", "Extract": "false"})
NEWEST = Newest("v2", STARTED + 10)


def test_an_object_of_this_deployment_passes() -> None:
    outcome = judge_object(NEWEST, "", RUN)
    assert (outcome.verdict, outcome.reason) == (Verdict.PASS, "version v2, written at 2026-03-04T10:00:10Z")


def test_an_object_of_a_bucket_without_versions_passes_in_words() -> None:
    assert judge_object(replace(NEWEST, version="null"), "", RUN).reason.startswith("not versioned, written")


@pytest.mark.parametrize(
    ("age", "verdict"), [(-1, Verdict.PASS), (0.5, Verdict.PASS), (1.0, Verdict.PASS), (1.5, Verdict.FAIL)]
)
def test_an_object_that_is_older_than_the_deployment_fails(age: float, verdict: Verdict) -> None:
    outcome = judge_object(replace(NEWEST, written=STARTED - age), "", RUN)
    assert outcome.verdict is verdict
    assert (verdict is Verdict.PASS) or outcome.reason.startswith("the object is older than this deployment")


def test_an_object_of_any_age_passes_where_no_deployment_is_known() -> None:
    assert judge_object(replace(NEWEST, written=0.0), "", None).verdict is Verdict.PASS


@pytest.mark.parametrize(("seconds", "later"), [(19.0, False), (21.0, False), (21.5, True), (3_600.0, True)])
def test_f04_a_version_that_was_written_after_the_action_had_ended_is_a_later_one(seconds: float, later: bool) -> None:
    newest = replace(NEWEST, written=STARTED + seconds)
    outcome = judge_object(newest, "", replace(RUN, ended=STARTED + 20))
    assert (outcome.verdict, outcome.moved_on) == (Verdict.INCONCLUSIVE if later else Verdict.PASS, later)
    assert outcome.reason.endswith("after Deploy-EU had ended") is later


@pytest.mark.parametrize("newest", [replace(NEWEST, written=STARTED + 3_600, deleted=True), None])
def test_what_somebody_deleted_that_the_action_had_written_gave_way(newest: Newest | None) -> None:
    outcome = judge_object(newest, "", replace(RUN, ended=STARTED + 20))
    assert (outcome.verdict, outcome.moved_on) == (Verdict.INCONCLUSIVE, True)
    assert judge_object(newest, "", None).verdict is Verdict.FAIL


def test_what_was_deleted_before_the_action_began_and_not_written_since_fails() -> None:
    outcome = judge_object(replace(NEWEST, written=STARTED - 3_600, deleted=True), "", RUN)
    assert (outcome.verdict, outcome.moved_on) == (Verdict.FAIL, False)


def test_the_current_version_has_to_be_the_one_that_was_asked_for() -> None:
    assert judge_object(NEWEST, "v2", None).verdict is Verdict.PASS
    outcome = judge_object(NEWEST, "v1", None)
    assert (outcome.verdict, outcome.reason) == (Verdict.FAIL, "its version is v2, not the intended v1")


def test_a_deleted_object_fails() -> None:
    assert judge_object(replace(NEWEST, deleted=True), "", None).verdict is Verdict.FAIL


@pytest.mark.parametrize("extract", ["true", "True"])
def test_an_extracted_artifact_proves_nothing_and_asks_nothing(extract: str) -> None:
    run = replace(RUN, configuration={"BucketName": "site", "Extract": extract, "ObjectKey": "folder"})
    check = PlannedCheck("s3-object", "eu-west-1", {"bucket": "site", "key": "folder"}, run)
    finding = S3Object().run(check, ModelledClients({}))
    assert finding.verdict is Verdict.INCONCLUSIVE
    assert "extracts its artifact" in finding.reason
