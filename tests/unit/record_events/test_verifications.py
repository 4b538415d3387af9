"""Which events start the state machine, under which name, and with which input."""

from __future__ import annotations

import hashlib
import re
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from crosscheck.events.verifications import Verification
from crosscheck.ledger.states import State
from record_events.verifications import Verifications
from tests.builders import events
from tests.builders.changes import parse

STAGE = hashlib.sha256(b"DeploySecondary").hexdigest()[:12]
# https://docs.aws.amazon.com/step-functions/latest/apireference/API_StartExecution.html, and no more than is safe
NAME = re.compile(r"[A-Za-z0-9_-]{1,80}")
MACHINE = "arn:aws:states:us-east-1:111122223333:stateMachine:verify-release"


def started(event: Any) -> Verification | None:
    return parse(event).verification


@pytest.mark.parametrize("state", ["succeeded", "failed"])
def test_a_finished_stage_starts_its_verification(state: str) -> None:
    found = started(events.load(f"codepipeline_stage_{state}"))
    assert found
    assert found.name == f"{events.EXECUTION}-{STAGE}-1"
    expected = {**events.load("verify_release_stage"), "state": state.upper()}
    assert found.input == expected


def test_the_start_of_an_execution_starts_its_preflight() -> None:
    found = started(events.load("codepipeline_pipeline_started"))
    assert found == Verification(f"{events.EXECUTION}-preflight", events.load("verify_release_preflight"))


def test_f01_every_delivery_of_an_event_has_the_same_name_and_input() -> None:
    first, again = (started(events.load("codepipeline_stage_failed")) for _ in range(2))
    assert first == again


def test_a_retry_is_another_verification() -> None:
    first = started(events.stage("Deploy", "FAILED", 1))
    again = started(events.stage("Deploy", "SUCCEEDED", 9, **{"pipeline-execution-attempt": 2.0}))
    assert first
    assert again
    assert first.name != again.name


@pytest.mark.parametrize(
    "state", [state for state in State if state not in {State.SUCCEEDED, State.FAILED, State.ABANDONED}]
)
def test_a_stage_that_has_not_finished_is_not_verified(state: State) -> None:
    assert started(events.stage("Deploy", state.value)) is None


@pytest.mark.parametrize("state", ["RESUMED", "SUCCEEDED", "FAILED", "SUPERSEDED"])
def test_only_the_start_of_an_execution_has_a_preflight(state: str) -> None:
    assert started(events.pipeline(state)) is None


def test_f05_names_stay_within_what_step_functions_takes() -> None:
    odd: dict[str, Any] = {"execution-id": "." * 100}
    found = started(events.stage("@" * 100, "SUCCEEDED", **odd))
    assert found
    assert NAME.fullmatch(found.name)


def test_an_execution_that_exists_already_was_started() -> None:
    client = boto3.client("stepfunctions", region_name="us-east-1")
    with Stubber(client) as stub:
        stub.add_client_error("start_execution", "ExecutionAlreadyExists")
        Verifications(client, MACHINE).start(Verification("name", {"subject": "s"}))
        stub.assert_no_pending_responses()
