"""docs/operations.md: every alarm has its section, and every command and area is told."""

from __future__ import annotations

import re

import yaml

from crosscheck_cli.app import app
from crosscheck_cli.doctor import defect
from crosscheck_cli.doctor.defect import Severity
from tests.unit.docs.markdown import ROOT, document, headings, quoted, section, table

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


def test_every_severity_is_explained() -> None:
    rows = table(section(PAGE, "### What is wrong with the stack"), 1)
    assert [quoted(row[0])[0] for row in rows] == list(Severity)
