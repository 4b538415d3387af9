"""docs/operations.md: every alarm has its section, and every command and area is told."""

from __future__ import annotations

import re

import yaml
from rich.console import Console

from crosscheck_cli.app import app
from crosscheck_cli.doctor import defect
from crosscheck_cli.doctor.defect import Severity
from crosscheck_cli.story.story import story_of
from crosscheck_cli.story.view import shown
from tests.builders import boards
from tests.unit.docs.markdown import ROOT, document, fenced, headings, quoted, section, table

PAGE = "operations.md"
ALARMS = yaml.safe_load((ROOT / "alarms.yaml").read_text())


def test_every_alarm_has_its_section_and_no_other() -> None:
    told = [heading for heading in headings(document(PAGE)) if heading.endswith("Alarm")]
    assert sorted(told) == sorted(ALARMS)
    assert len(told) > 20


def test_each_section_says_what_the_alarm_means_and_what_to_do() -> None:
    for alarm in ALARMS:
        text = section(PAGE, f"### {alarm}")
        assert re.search(r"^\*\*Means:\*\* .{20}", text, re.MULTILINE), alarm
        assert re.search(r"^\*\*Do:\*\* .{20}", text, re.MULTILINE), alarm


def test_every_command_is_told_on_the_page_and_in_the_readme() -> None:
    names = {command.callback.__name__ for command in app.registered_commands if command.callback}
    assert names >= {"explain", "status", "doctor"}
    told = {text.split()[1] for text in quoted(document(PAGE)) if text.startswith("crosscheck ")}
    readme = section("../README.md", "## Ask it")
    listed = {quoted(row[0])[0].split()[1] for row in table(readme)}
    assert names == listed
    assert names <= told


def test_what_the_doctor_refers_to_is_there() -> None:
    assert defect.GONE.rpartition("section ")[2] in headings(document(PAGE))
    assert "A store is gone" in headings(document(PAGE))


def test_the_story_on_the_page_is_one_that_the_command_tells() -> None:
    facts, console = boards.silently_broken(), Console(width=120, no_color=True)
    with console.capture() as text:
        console.print(shown(story_of(facts.release, facts.known, {}), everything=False))
    told = iter([line.rstrip() for line in text.get().splitlines()])
    [sample] = fenced(section(PAGE, "### What happened to one"), "text")
    assert all(line in told for line in sample.splitlines())  # each after the one before
    assert len(sample.splitlines()) == 5


def test_every_severity_is_explained() -> None:
    rows = table(section(PAGE, "### What is wrong with the stack"), 1)
    assert [quoted(row[0])[0] for row in rows] == list(Severity)
