from __future__ import annotations

import json
from pathlib import Path

import pytest

from crosscheck.errors import ConfigurationError
from crosscheck.ledger.subjects import ImageSubject, Subject
from crosscheck_cli.event_file import read_events
from crosscheck_cli.replay.described import (
    UnusableMessageError,
    card_message_in_words,
    event_in_words,
    event_message_in_words,
)
from tests.builders import events

ACCOUNT = "111122223333"


def test_an_event_is_told_by_its_release_and_what_it_says() -> None:
    stage = events.stage("Deploy", "FAILED", 3)
    assert event_in_words(stage, ACCOUNT) == "multi-region-service 01234567: stage/Deploy failed"
    assert event_message_in_words(json.dumps(events.pipeline("STARTED")), ACCOUNT).endswith(": pipeline started")
    assert event_in_words(events.load("ecr_image_push"), ACCOUNT).startswith("my-service@sha256:")


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        ("{", "the message is no JSON"),
        ("{}", "detail is no JSON object"),
        (json.dumps({**events.pipeline("STARTED"), "account": "999988887777"}), "of another account than the stack"),
    ],
)
def test_what_would_be_given_up_again_says_why(body: str, problem: str) -> None:
    with pytest.raises(UnusableMessageError, match=problem):
        event_message_in_words(body, ACCOUNT)


def test_a_card_is_told_by_its_subject() -> None:
    release = Subject("us-east-1", "shop", "0123456789")
    assert card_message_in_words(release.key, ACCOUNT) == "the card of shop 01234567"
    image = ImageSubject("us-east-1", "shop", f"sha256:{'a' * 64}")
    assert card_message_in_words(image.key, ACCOUNT) == f"the card of {image.name}"
    with pytest.raises(UnusableMessageError, match="not a subject's key"):
        card_message_in_words("shop", ACCOUNT)


@pytest.mark.parametrize("text", ['{"a": 1}', '[{"a": 1}]', '{"a": 1}\n\n'])
def test_a_file_holds_one_event(tmp_path: Path, text: str) -> None:
    path = tmp_path / "events.json"
    path.write_text(text)
    assert read_events(path) == [{"a": 1}]


def test_a_file_holds_an_event_in_each_line(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    path.write_text('{"a": 1}\n{"a": 2}\n')
    assert read_events(path) == [{"a": 1}, {"a": 2}]


def test_a_file_that_holds_no_events_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    path.write_text('{"a": 1}\n{"a": ')
    with pytest.raises(ConfigurationError, match="is no JSON: not as a whole, and not in line 2"):
        read_events(path)
    with pytest.raises(ConfigurationError, match="cannot be read: IsADirectoryError"):
        read_events(tmp_path)
