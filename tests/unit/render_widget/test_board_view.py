from __future__ import annotations

from datetime import UTC, timedelta, timezone

import pytest

from crosscheck.ledger.states import RollbackState
from crosscheck.releases.model import SourceRevision
from render_widget.board import BoardPage
from render_widget.board_view import MOST_LINES, NARROWEST_CELL, WIDEST_CELL, board, moment, told_briefly, wrapped
from render_widget.headline import look_of, revision_of
from render_widget.markup import to_html
from render_widget.request import WidgetRequest
from render_widget.theme import LIGHT
from tests.builders import boards, events
from tests.builders.releases import Facts, deploys


def request(width: float = 1140, zone: timezone = UTC) -> WidgetRequest:
    return WidgetRequest(None, "", LIGHT, zone, ("2026-03-04",), width)


def page(facts: Facts, width: float = 1140) -> boards.Page:
    return boards.Page(to_html(board(BoardPage((facts.release,), more=False), request(width), "arn")))


def cells(shown: boards.Page) -> list[float]:
    """The widths of the cells."""
    return [float(drawn["width"]) for drawn in shown.all("svg") if drawn.get("role") == "img"]


@pytest.mark.parametrize(("count", "width"), [(1, WIDEST_CELL), (6, 128), (33, NARROWEST_CELL)])
def test_f41_regions_share_the_width_and_stay_readable(count: int, width: float) -> None:
    outline = ("Deploy", [deploys(f"To-{number}", f"eu-north-{number:02d}") for number in range(count)])
    facts = Facts().event(events.pipeline("STARTED")).outline(outline)
    assert cells(page(facts)) == [width] * count


def test_only_a_region_that_is_not_well_says_why_on_the_board() -> None:
    shown = page(boards.silently_broken())
    assert "was: 0 of 2 tasks run" in shown.texts
    assert "2 of 2 tasks run" not in shown.texts
    assert [text for text in shown.texts if text in {"passed", "rolled back"}] == ["passed", "rolled back", "passed"]


@pytest.mark.parametrize(
    ("target", "shown"),
    [
        ("app:1 (proven by 7)", "runs app:1|(proven by 7)|was: 0 of 2|tasks run"),
        ("s3://artifacts/shop/site.zip@v1", "runs site.zip@v1|was: 0 of 2|tasks run"),
        (
            "s3://artifacts/shop/site.zip@jK0c8wQxvHn3aYp.7TzR_LmE5bD9uF2s (proven by 7)",
            "runs site.zip|@jK0c…uF2s|(proven by 7)|was: 0 of 2|tasks run",
        ),
        ("", "was: 0 of 2|tasks run"),
    ],
)
def test_a_region_that_is_back_says_what_it_runs_and_then_why_it_had_failed(target: str, shown: str) -> None:
    facts = boards.silently_broken()
    facts.rollback("DeploySecondary", "eu-west-1", RollbackState.DONE, "well", 261, target=target)
    texts = page(facts, width=700).texts
    first = texts.index("rolled back") + 1
    assert texts[first : first + shown.count("|") + 1] == shown.split("|")


@pytest.mark.parametrize("text", ["", "short", "a longer reason that needs three lines at least here", "x" * 200])
def test_a_reason_has_few_lines_that_fit(text: str) -> None:
    lines = wrapped(text, 18)
    assert len(lines) <= MOST_LINES
    assert all(len(line) <= 18 for line in lines)
    assert "".join(lines)[:6] == text[:6]


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("runs exactly-eighteen-x", ["runs", "exactly-eighteen-x"]),
        ("runs nineteen-letters-xyz", ["runs ninete…s-xyz"]),
        ("runs site.zip@jK0c8wQxvHn3aYp.7TzR", ["runs site.zip", "@jK0c8….7TzR"]),
        ("runs a-bundle-with-a-long-name.zip@v1", ["runs a-bund…e.zip", "@v1"]),
        ("runs my-service@sha256:ab1c8136a92a", ["runs my-service", "@sha25…6a92a"]),
        ("@an-unusual-beginning", ["@an-un…nning"]),
        ("an-unusual-end-alone@", ["an-unu…lone@"]),
    ],
)
def test_a_word_that_is_too_long_for_a_line_keeps_its_ends(text: str, lines: list[str]) -> None:
    assert wrapped(text, 18) == lines


def test_the_title_of_a_cell_has_the_whole_of_a_long_version() -> None:
    facts, version = boards.silently_broken(), "jK0c8wQxvHn3aYp.7TzR_LmE5bD9uF2s"
    facts.rollback("DeploySecondary", "eu-west-1", RollbackState.DONE, "well", 261, target=f"s3://a/site.zip@{version}")
    titles = [told["aria-label"] for told in page(facts, width=700).all("svg") if told.get("role") == "img"]
    assert any(f"runs s3://a/site.zip@{version}" in title for title in titles)


@pytest.mark.parametrize(
    ("reason", "told"),
    [
        ("http://eu.shop.example/health answers 503, expected 200", "the page: answers 503, expected 200"),
        ("was: https://eu.shop.example/ answers 503, expected 200", "was: the page: answers 503, expected 200"),
        ("https://eu.shop.example/", "https://eu.shop.example/"),
        ("was: 0 of 2 tasks run; see https://a.example/", "was: 0 of 2 tasks run; see https://a.example/"),
        ("", ""),
    ],
)
def test_what_is_wrong_comes_before_the_address_of_the_page(reason: str, told: str) -> None:
    assert told_briefly(reason) == told


def test_what_a_release_came_to_names_the_regions_that_failed() -> None:
    facts = boards.silently_broken()
    assert look_of(facts.release).word == "pipeline succeeded, but eu-west-1 had to be rolled back"
    facts.event(events.pipeline("FAILED", 151))
    assert look_of(facts.release).word == "failed, rolled back in eu-west-1"
    assert look_of(boards.waiting_for_approval().release).word == "waits for approval"
    assert look_of(boards.primary_proven().release).word == "in progress"


def test_a_version_of_s3_is_named_once() -> None:
    version = "5c68d8fc-4ffc-4e89-8c05-7477087a6763"
    assert revision_of(SourceRevision(version, f"Amazon S3 version id: {version}")) == (
        f"Amazon S3 version id {version[:12]}"
    )
    assert revision_of(SourceRevision("0123456789abcdef", "Cache it", "bot")) == "0123456789ab · Cache it · bot"
    assert revision_of(SourceRevision()) == ""


@pytest.mark.parametrize(
    ("zone", "shown"),
    [
        (UTC, "2026-03-04 10:00 UTC"),
        (timezone(timedelta(0)), "2026-03-04 10:00 UTC"),
        (timezone(timedelta(hours=-9.5)), "2026-03-04 00:30 -09:30"),
    ],
)
def test_times_are_in_the_dashboards_zone(zone: timezone, shown: str) -> None:
    assert moment(events.BEGAN.timestamp(), request(zone=zone)) == shown
