from __future__ import annotations

from rich.console import Console

from crosscheck.contracts.verdicts import RegionVerdict, Verdict
from crosscheck_cli.story.story import KEEPS, story_of
from crosscheck_cli.story.view import shown
from tests.builders import boards
from tests.builders.releases import Facts


def printed(facts: Facts, *, everything: bool = False) -> str:
    console = Console(width=200, no_color=True)
    with console.capture() as text:
        console.print(shown(story_of(facts.release, facts.known, {}), everything=everything))
    return text.get()


def test_what_it_came_to_stands_above_and_every_state_has_its_sign_and_word() -> None:
    text = printed(boards.silently_broken())
    head, regions, timeline, notes = text.strip().split("\n\n")
    assert head.startswith("✗ multi-region-service: pipeline succeeded, but eu-west-1 had to be rolled back\nNext: ")
    assert "eu-west-1       ↩ rolled back  2 of 2 tasks run my-service:1" in regions
    assert "↳ was: 0 of 2 tasks run" in regions
    assert "ran for 2 min 30 s · state as of 2026-03-04 10:04:20 UTC" in head
    assert "2026-03-04" in timeline
    assert (
        "10:03:20    3 min 20 s  look      ✗ DeploySecondary · eu-west-1 looked at, failed: 0 of 2 tasks run"
        in timeline
    )
    command = f"crosscheck explain {boards.silently_broken().release.subject.execution} --all"
    assert notes.splitlines()[0].strip() == f"4 minor lines are left out: {command} shows them."
    assert notes.splitlines()[1].strip() == KEEPS
    assert notes.splitlines()[2].startswith("Told by event: CodePipeline reported it; look: a gate, or Crosscheck by ")


def test_minor_lines_are_shown_on_demand() -> None:
    text = printed(boards.silently_broken(), everything=True)
    assert "… DeployPrimary began" in text
    assert "minor lines" not in text


def test_what_others_wrote_cannot_steer_the_terminal() -> None:
    evil = "\x1b[2J[bold]x[/bold]\u202etxt\nfake"
    facts = Facts().verdict("Deploy", RegionVerdict("eu-west-1", Verdict.FAIL, evil, ()), 3)
    text = printed(facts)
    assert "\x1b" not in text
    assert "\u202e" not in text
    assert "[2J[bold]x[/bold]txt fake" in text
