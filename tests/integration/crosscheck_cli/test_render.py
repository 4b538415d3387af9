"""The card of a file of events, without a stack: as the ledger and the functions would have made it."""

from __future__ import annotations

import json
import random
from typing import TYPE_CHECKING
from urllib.parse import unquote

import pytest

from crosscheck.cards.release import render
from crosscheck.ledger.known_facts import KnownFacts
from crosscheck.ledger.table import Ledger
from crosscheck.releases.fold import fold
from crosscheck_cli.app import main
from crosscheck_cli.preview.remembered import RememberedFacts, cards_of
from crosscheck_cli.preview.view import BUILDER
from tests.builders import events, tables
from tests.builders.changes import parse
from tests.builders.releases import SUBJECT

if TYPE_CHECKING:
    from pathlib import Path

    from mypy_boto3_dynamodb import DynamoDBClient


def run(*arguments: str) -> int:
    try:
        return main(["render", *arguments])
    except SystemExit as ended:
        return int(ended.code or 0)


@pytest.fixture
def recorded(tmp_path: Path) -> str:
    """A release that was recorded, one event in each line."""
    path = tmp_path / "stream.jsonl"
    path.write_text("\n".join(map(json.dumps, [*events.release_with_retry(), events.load("ecr_image_push")])))
    return str(path)


@pytest.mark.parametrize("seed", range(5))
def test_events_are_merged_as_the_table_merges_them(ledger_table: DynamoDBClient, seed: int) -> None:
    told = events.release_with_retry() * 2
    random.Random(seed).shuffle(told)  # noqa: S311 - an order, no secret
    remembered, ledger = RememberedFacts(), Ledger(ledger_table, tables.NAME, 90)
    for event in told:
        remembered.merge(parse(event).fact)
        ledger.merge(SUBJECT, parse(event).fact)
    stored = ledger.read(SUBJECT)
    assert {name: (each.latest, each.once) for name, each in remembered.records.items()} == {
        name: (each.latest, each.once) for name, each in stored.items()
    }
    [card] = cards_of(told).values()
    assert card.digest == render(fold(SUBJECT, KnownFacts(stored))).digest


def test_a_card_for_each_subject_as_a_terminal_shows_it(recorded: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(recorded) == 0
    out = capsys.readouterr().out
    assert "✓ multi-region-service: succeeded (attempt 2)" in out
    assert "Image my-service:4f1e2d3: verifying" in out
    assert out.index("multi-region-service") < out.index("Image my-service")
    assert "<https" not in out
    assert "*Next:*" not in out
    assert "Next: " in out


def test_as_blocks_and_as_a_link_it_is_the_same_card(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    event = events.load("codepipeline_pipeline_started")
    (tmp_path / "event.json").write_text(json.dumps(event))
    [card] = cards_of([event]).values()
    assert run(str(tmp_path / "event.json"), "--json") == 0
    assert json.loads(capsys.readouterr().out) == {"blocks": card.blocks}
    assert run(str(tmp_path / "event.json"), "--link") == 0
    link = capsys.readouterr().out.strip()
    assert "\n" not in link
    assert json.loads(unquote(link.removeprefix(BUILDER))) == {"blocks": card.blocks}


def test_credentials_in_what_others_wrote_are_on_no_preview(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    trigger = {"trigger-type": "Webhook", "commit-message": "see https://bot:word@example.com/x"}
    event = events.pipeline("STARTED", 0, **{"execution-trigger": trigger})
    (tmp_path / "event.json").write_text(json.dumps(event))
    for option in ([], ["--json"], ["--link"]):
        assert run(str(tmp_path / "event.json"), *option) == 0
        assert "bot:word" not in unquote(capsys.readouterr().out)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ('{"source": "aws.ec2"}', "cannot be read: detail is no JSON object"),
        ("[]", "holds no event that makes a card"),
        ("{", "is no JSON: not as a whole, and not in line 1"),
    ],
)
def test_a_file_without_a_card_says_why(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str, problem: str
) -> None:
    (tmp_path / "event.json").write_text(text)
    assert run(str(tmp_path / "event.json")) == 2
    assert problem in capsys.readouterr().err
