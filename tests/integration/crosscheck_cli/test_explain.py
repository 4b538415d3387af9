"""The commands that read the ledger, from the command line to the table."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING

import pytest

from crosscheck_cli.app import main
from tests.builders import events

if TYPE_CHECKING:
    from tests.integration.crosscheck_cli.conftest import MotoStack

FIRST, SECOND = "11112222-0000-4000-8000-000000000001", "11113333-0000-4000-8000-000000000002"


@pytest.fixture(scope="module", autouse=True)
def _releases(stack: MotoStack) -> None:
    stack.release(FIRST, events.PIPELINE, events.pipeline("STARTED", 0), events.pipeline("SUCCEEDED", 40))
    stack.release(SECOND, "other-pipeline", events.pipeline("STARTED", 60))


@pytest.fixture(autouse=True)
def _an_hour_later(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(time, "time", lambda: events.BEGAN.timestamp() + 3600)
    monkeypatch.setenv("COLUMNS", "240")


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    """Exit code, what was printed, and what was complained of."""
    try:
        code = main(arguments)
    except SystemExit as ended:
        code = int(ended.code or 0)
    out, err = capsys.readouterr()
    return code, out, err


def test_a_release_is_explained_by_the_beginning_of_its_id(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, "explain", "11112222")
    assert code == 0
    assert out.startswith(f"✓ {events.PIPELINE}: succeeded\nNext: nothing to do\nexecution {FIRST}")
    assert "✓ release succeeded · 40 s" in out


def test_as_json_it_can_be_read_by_a_program(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, "explain", SECOND, "--json")
    assert (code, json.loads(out)["pipeline"]) == (0, "other-pipeline")


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (["explain", "1111"], f"may be one of 2: {SECOND} (other-pipeline), {FIRST} ({events.PIPELINE}); give more"),
        (["explain", "9999"], "lists no execution 9999 that began within 30 days: look further back with --days"),
        (["explain", "111"], "'111' is too short: give at least 4 characters"),
        (["status", "--stack", "nothing"], "there is no stack nothing in us-east-1: name it with --stack"),
        (["status", "--stack", "other"], "has no output LedgerTableName: it is no stack of Crosscheck's"),
        (["status", "--profile", "nobody"], "The config profile (nobody) could not be found: name another one"),
    ],
)
def test_what_is_wrong_is_one_sentence_that_says_what_to_do(
    arguments: list[str], problem: str, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, err = run(capsys, *arguments)
    assert (code, out) == (2, "")
    assert err.startswith("crosscheck: ")
    assert problem in err
    assert len(err.splitlines()) == 1


def test_an_open_release_is_found_however_old_it_is(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(time, "time", lambda: events.BEGAN.timestamp() + 100 * 86_400)
    assert run(capsys, "explain", SECOND[:8])[0] == 0


def test_status_shows_the_newest_releases_first_each_once(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, "status")
    assert code == 0
    assert out.index("other-pipeline") < out.index(events.PIPELINE)
    assert (out.count("other-pipeline"), out.count(events.PIPELINE)) == (1, 1)
    assert "2026-03-04 11:00:00 UTC · crosscheck explain <execution>" in out


def test_status_of_one_pipeline_and_of_so_many(capsys: pytest.CaptureFixture[str]) -> None:
    _, one, _ = run(capsys, "status", "--pipeline", events.PIPELINE)
    _, newest, _ = run(capsys, "status", "--most", "1")
    assert ("other-pipeline" in one, events.PIPELINE in one) == (False, True)
    assert ("other-pipeline" in newest, events.PIPELINE in newest) == (True, False)


def test_watching_ends_with_an_interruption(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(_: float) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(time, "sleep", interrupt)
    code, out, _ = run(capsys, "status", "--watch")
    assert code == 0
    assert "other-pipeline" in out


def test_without_a_region_it_says_which_option_names_one(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("AWS_DEFAULT_REGION")
    monkeypatch.delenv("AWS_REGION")
    code, _, err = run(capsys, "status")
    assert code == 2
    assert "no region is named: give the stack's own with --region, or set AWS_REGION" in err
