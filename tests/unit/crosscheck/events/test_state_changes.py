import json
from typing import Any

import pytest

from crosscheck.errors import UnreadableEventError
from crosscheck.ledger.states import State
from crosscheck.ledger.subjects import Subject
from tests.builders import events
from tests.builders.changes import parse


def test_a_pipeline_event_with_a_git_trigger() -> None:
    change = parse(events.load("codepipeline_pipeline_started"))
    assert change.subject == Subject("us-east-1", "multi-region-service", events.EXECUTION)
    assert change.fact.name == "pipeline"
    assert change.fact.latest["run"]["state"] == "STARTED"
    assert change.fact.once["started_1"] == 1772618404.208
    assert change.fact.once["trigger"] == {
        "type": "",
        "commit": "4f1e2d3c4b5a69788796a5b4c3d2e1f001122334",
        "message": "Cache the product list",
        "author": "release-bot",
        "branch": "main",
        "repository": "my-org/my-service",
        "tag": "",
        "started_by": "",
    }


@pytest.mark.parametrize(
    ("detail", "name"),
    [
        ("arn:aws:iam::111122223333:root", "the account's root user"),
        ("arn:aws:iam::111122223333:user/jane", "user jane"),
        ("arn:aws:iam::111122223333:user/team/jane@example.com", "user jane"),
        ("arn:aws-cn:iam::111122223333:role/Nightly", "role Nightly"),
        ("arn:aws:sts::111122223333:assumed-role/Admin/jane@example.com", "role Admin, session jane"),
        ("arn:aws:sts::111122223333:federated-user/jane", "federated user jane"),
        ("arn:aws:codepipeline:us-east-1:111122223333:webhook:pushes", "pushes"),
        ("arn:aws:events:us-east-1:111122223333:rule/nightly", "nightly"),
        ("arn:", ""),
        ("arn:nightly", "nightly"),
        ('{"FailedPipelineExecutionId":"01234567"}', ""),
        ("", ""),
    ],
)
def test_who_started_an_execution_is_a_name_and_no_address(detail: str, name: str) -> None:
    trigger = {"trigger-type": "StartPipelineExecution", "trigger-detail": detail}
    triggered: dict[str, Any] = {"execution-trigger": trigger}
    fact = parse(events.pipeline("STARTED", **triggered)).fact
    assert fact.once["trigger"]["started_by"] == name
    assert "example.com" not in repr(fact)


def test_a_git_event_of_a_tag_names_no_branch() -> None:
    triggered: dict[str, Any] = {"execution-trigger": {"tag-name": "v1.2"}}
    fact = parse(events.pipeline("STARTED", **triggered)).fact
    assert (fact.once["trigger"]["tag"], fact.once["trigger"]["branch"]) == ("v1.2", "")


def test_f50_an_email_address_never_gets_into_the_ledger() -> None:
    change = parse(events.load("codepipeline_pipeline_started"))
    assert "example.com" not in repr(change)


@pytest.mark.parametrize("before", ["", " " * 480, " " * 1_980])
def test_f50_no_credentials_get_into_the_ledger_not_even_cut_ones(before: str) -> None:
    said = f"{before}fatal: could not read from https://bot:hunter2hunter2@git.example/shop.git"
    result = {"external-execution-summary": said, "error-code": "JobFailed"}
    failed = events.action("Deploy", "One", "FAILED", more={"execution-result": result})
    assert parse(failed).fact.latest["summary"] == "fatal: could not read from https://git.example/shop.git"
    trigger: Any = {"execution-trigger": {"commit-id": "4f1e2d3", "commit-message": said}}
    started = events.pipeline("STARTED", **trigger)
    assert parse(started).fact.once["trigger"]["message"].startswith("fatal: could not read from https://git.example")


@pytest.mark.parametrize(
    "region", ["us-east-1.evil.example/", "nowhere", "us-east", "a" * 99 + "-b-1", "eu west-1", ""]
)
def test_a_region_is_known_by_its_form(region: str) -> None:
    with pytest.raises(UnreadableEventError, match="region of the event"):
        parse({**events.load("codepipeline_pipeline_started"), "region": region})


def test_an_action_event_names_its_own_region_and_the_reason() -> None:
    fact = parse(events.load("codepipeline_action_failed")).fact
    assert fact.name == "action/ValidateSecondary/Validate-EU-West"
    assert fact.latest["summary"] == "FAIL regions=eu-west-1: 0 of 2 tasks run"
    assert fact.latest["error_code"] == "JobFailed"
    assert fact.order.key.split("/")[2] == "2026-03-04T10:07:29.000000"
    assert parse(events.load("codepipeline_action_succeeded")).fact.latest["region"] == "eu-west-1"


def test_an_action_event_without_a_region_happened_in_the_pipelines_region() -> None:
    event = events.action("Deploy", "One", "STARTED")
    del event["detail"]["region"]
    assert parse(event).fact.latest["region"] == "us-east-1"


def test_a_stage_event_without_start_time_starts_when_it_says_so() -> None:
    started = parse(events.stage("Build", "STARTED", 7)).fact
    finished = parse(events.stage("Build", "SUCCEEDED", 9)).fact
    assert started.once == {"started_1": 1772618407.0}
    assert finished.once == {}


@pytest.mark.parametrize("attempt", [0.0, 0, None, 1.0])
def test_f64_the_first_attempt_is_one_however_an_event_counts_it(attempt: float | None) -> None:
    for event in (
        events.pipeline("FAILED"),
        events.stage("Deploy", "FAILED"),
        events.action("Deploy", "One", "FAILED"),
    ):
        event["detail"]["pipeline-execution-attempt"] = attempt
        assert parse(event).fact.order.attempt == 1


@pytest.mark.parametrize("word", ["SKIPPED", "CANCELED", "SUPERSEDED", "ABANDONED"])
@pytest.mark.parametrize("kind", ["Pipeline", "Stage", "Action"])
def test_a_documented_state_is_a_fact_of_whatever_kind(kind: str, word: str) -> None:
    event = {"Pipeline": events.pipeline, "Stage": lambda state: events.stage("Deploy", state)}.get(
        kind, lambda state: events.action("Deploy", "One", state)
    )(word)
    assert parse(event).fact.latest["run"]["state"] == word
    assert parse(event).fact.order.rank == State.SUCCEEDED.rank


def test_f05_a_state_that_no_document_names_is_kept_as_it_says_and_prevails_over_nothing() -> None:
    fact = parse(events.stage("Deploy", "PAUSED")).fact
    assert (fact.latest["run"]["state"], fact.latest["run"]["word"]) == ("UNKNOWN", "PAUSED")
    assert fact.order.key < parse(events.stage("Deploy", "STARTED")).fact.order.key
    assert parse(events.stage("Deploy", "PAUSED")).verification is None


def _broken(**changes: Any) -> dict[str, Any]:
    event = events.action("Deploy", "One", "STARTED")
    for field, value in changes.items():
        target = event["detail"] if field in event["detail"] else event
        if value is None:
            del target[field]
        else:
            target[field] = value
    return event


@pytest.mark.parametrize(
    ("event", "named"),
    [
        ("no object", "the event"),
        ([], "the event"),
        ({}, "detail"),
        (_broken(detail="x"), "detail"),
        (_broken(detail={}), "state"),
        (_broken(source="my.app"), "source"),
        (_broken(**{"detail-type": "CodePipeline Rule Execution State Change"}), "detail-type"),
        (_broken(time="yesterday"), "time"),
        (_broken(time="0001-01-01T00:00:00+14:00"), "time"),
        (_broken(time="9999-12-31T23:59:59-14:00"), "time"),
        (_broken(id=None), "id"),
        (_broken(region=5), "region"),
        (_broken(state="a" * 41), "state"),
        (_broken(state="<!channel>"), "state"),
        (_broken(state=["STARTED"]), "state"),
        (_broken(pipeline=None), "pipeline"),
        (_broken(pipeline="a#b"), "pipeline"),
        (_broken(pipeline="x" * 101), "pipeline"),
        (_broken(**{"execution-id": ""}), "execution-id"),
        (_broken(stage="a/b"), "stage"),
        (_broken(action=None), "action"),
        (_broken(type="Deploy"), "type"),
        (_broken(**{"pipeline-execution-attempt": -1}), "attempt"),
        (_broken(**{"pipeline-execution-attempt": True}), "attempt"),
        (_broken(**{"pipeline-execution-attempt": float("nan")}), "attempt"),
    ],
)
def test_f05_what_cannot_be_understood_is_refused_with_the_fields_name(event: object, named: str) -> None:
    with pytest.raises(UnreadableEventError, match=named):
        parse(event)


def test_f05_unknown_fields_and_any_unicode_are_kept_or_replaced() -> None:
    event = events.action(
        "Deploy",
        "One",
        "FAILED",
        more={
            "surprise": {"a": 1},
            "execution-result": {"external-execution-summary": "\ud800 \u202e \U0001f525" + "x" * 300_000},
        },
    )
    summary = parse(event).fact.latest["summary"]
    assert len(summary) == 2_000
    assert summary.encode()


# EventBridge takes 256 KB for an event, and DynamoDB 400 KB for an item, keys included.
LONG = "\u00fc" * 120_000
TRIGGER = ("trigger-type", "commit-id", "commit-message", "author-display-name", "branch-name", "tag-name")
RESULT = ("external-execution-url", "external-execution-summary", "error-code")


@pytest.mark.parametrize("field", [*TRIGGER, "full-repository-name", "trigger-detail"])
def test_f05_f54_an_execution_whose_event_is_as_long_as_can_be_is_a_short_fact(field: str) -> None:
    text = f"arn:aws:iam::111122223333:user/{LONG}" if field == "trigger-detail" else LONG
    event = events.pipeline("STARTED")
    event["detail"]["execution-trigger"] = {field: text}
    fact = parse(event).fact
    assert "\u00fc" * 400 in json.dumps(fact.once, ensure_ascii=False), "its beginning is kept"
    assert len(json.dumps([fact.latest, fact.once]).encode()) < 10_000


@pytest.mark.parametrize(
    ("part", "field"), [*(("execution-result", field) for field in RESULT), ("type", "category"), ("type", "provider")]
)
def test_f05_f54_an_action_whose_event_is_as_long_as_can_be_is_a_short_fact(part: str, field: str) -> None:
    event = events.action("Deploy", "One", "FAILED")
    event["detail"][part] = {**event["detail"].get(part, {}), field: LONG}
    fact = parse(event).fact
    assert "\u00fc" * 90 in json.dumps(fact.latest, ensure_ascii=False)
    assert len(json.dumps([fact.latest, fact.once]).encode()) < 20_000
