from __future__ import annotations

from typing import Any

from crosscheck.pipelines.runs import Artifact, latest, parse_run
from tests.fakes.codepipeline import action_execution
from tests.fakes.codepipeline_release import NOW, STARTED


def test_a_retry_replaces_the_run_that_it_retries_in_any_order() -> None:
    first = action_execution("S", "A", STARTED, status="Failed")
    second = action_execution("S", "A", NOW, status="Succeeded")
    for details in ([first, second], [second, first]):
        assert latest(details)["S", "A"].status == "Succeeded"  # type: ignore[arg-type]  # as the API gives it


def test_a_run_with_little_known_of_it() -> None:
    run = parse_run({"stageName": "S", "actionName": "A", "input": {"inputArtifacts": [{"name": "x"}]}})
    assert (run.status, run.inputs, run.account) == ("InProgress", {}, "")
    abroad = parse_run({"stageName": "S", "actionName": "A", "input": {"roleArn": "arn:aws:iam::444455556666:role/r"}})
    assert abroad.account == "444455556666"


def test_what_an_action_made_is_known_by_its_place() -> None:
    place = {"bucket": "store", "key": "p/SourceOutp/1"}
    listed = [{"name": "SourceOutput", "s3location": place}, {"name": "half", "s3location": {"bucket": "store"}}]
    detail: Any = {**action_execution("Source", "Source", STARTED), "output": {"outputArtifacts": listed}}
    assert parse_run(detail).produced == {"SourceOutput": Artifact("store", "p/SourceOutp/1")}


def test_an_action_has_ended_when_it_was_updated_last_unless_it_goes_on() -> None:
    detail: Any = {**action_execution("S", "A", STARTED, status="Succeeded"), "lastUpdateTime": NOW}
    run = parse_run(detail)
    assert run.ended == NOW.timestamp()
    assert [run.ended_before(NOW.timestamp() + seconds) for seconds in (-1, 0, 1)] == [False, False, True]
    going: Any = {**detail, "status": "InProgress"}
    assert not parse_run(going).ended_before(NOW.timestamp() + 3_600)
    untold: Any = action_execution("S", "A", STARTED, status="Succeeded")
    assert untold.get("lastUpdateTime") or not parse_run(untold).ended_before(NOW.timestamp() + 3_600)


def test_only_awss_own_deploy_actions_are_known_by_their_provider_and_all_others_by_their_whole_type() -> None:
    def provider(owner: str, category: str) -> str:
        kind = {"owner": owner, "category": category, "provider": "CodeDeploy", "version": "1"}
        detail: Any = {**action_execution("S", "A", STARTED), "input": {"actionTypeId": kind}}
        return parse_run(detail).provider

    assert provider("AWS", "Deploy") == "CodeDeploy"
    others = [("Custom", "Deploy"), ("ThirdParty", "Deploy"), ("AWS", "Build")]
    assert [provider(*each) for each in others] == [f"{owner} {category} CodeDeploy" for owner, category in others]
    untold: Any = action_execution("S", "A", STARTED)
    assert parse_run(untold).provider == ""
