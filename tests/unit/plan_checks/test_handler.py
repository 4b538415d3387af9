from __future__ import annotations

import pytest

from crosscheck.errors import ConfigurationError
from crosscheck.events.verifications import finished_stage, preflight
from crosscheck.ledger.states import State
from crosscheck.ledger.subjects import ImageSubject, Subject
from plan_checks.handler import parse_request
from plan_checks.release.plan_inputs import FinishedStage
from tests.builders import events

RELEASE = Subject("us-east-1", "p", "11111111-2222-4333-8444-555555555555")
IMAGE = ImageSubject("us-east-1", "my-service", "sha256:" + "0" * 64)


def test_what_record_events_writes_is_understood() -> None:
    assert parse_request(preflight(RELEASE).input) == RELEASE
    assert parse_request({"subject": IMAGE.key, "pushed": "2026-03-04T10:00:40+00:00"}) == IMAGE
    started = finished_stage(RELEASE, "Deploy", State.FAILED, 2, 1772618440.0)
    assert parse_request(started.input) == FinishedStage(RELEASE, "Deploy", succeeded=False, attempt=2, at=1772618440.0)


@pytest.mark.parametrize("wrong", [{"attempt": "one"}, {"at": "yesterday"}, {"state": "GREEN"}])
def test_another_input_is_refused_in_words(wrong: dict[str, str]) -> None:
    right = finished_stage(RELEASE, "Deploy", State.SUCCEEDED, 1, 1772618440.0).input
    with pytest.raises(ConfigurationError, match="not an input that Crosscheck writes"):
        parse_request({**right, **wrong})


@pytest.mark.parametrize("name", ["stage", "preflight", "image"])
def test_the_example_inputs_are_understood(name: str) -> None:
    kinds = {"stage": FinishedStage, "preflight": Subject, "image": ImageSubject}
    assert isinstance(parse_request(events.load(f"verify_release_{name}")), kinds[name])
