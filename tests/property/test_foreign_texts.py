"""Whatever others write, in a commit, an event, a click or a service's answer: it forges no line where people read."""

from __future__ import annotations

import dataclasses
import json
import logging
from collections.abc import Iterator, Mapping
from contextlib import nullcontext
from enum import Enum
from typing import Any
from unittest.mock import patch

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.console import Console, RenderableType

from crosscheck.cards.release import render
from crosscheck.contracts.verdicts import Finding, RegionVerdict, Verdict
from crosscheck.ledger import stored_fact
from crosscheck.ledger.decision_facts import DecisionKind, DecisionState, TakenDecision
from crosscheck.ledger.states import RollbackState
from crosscheck.telemetry import function_logger
from crosscheck.text import one_line
from crosscheck_cli.overview.view import releases_by_region
from crosscheck_cli.story.story import story_of
from crosscheck_cli.story.view import shown
from gate_stage.answers import Continue, Fail, FailureType, Succeed, put
from tests.builders import events
from tests.builders.changes import parse
from tests.builders.releases import Facts
from tests.builders.stored_facts import FACTS, document, sample, stored

REGION = "eu-west-1"
FORGED = "FORGED"
# Line breaks of all kinds, and what steers a terminal, turns the reading direction, or is not seen.
HOSTILE = [
    "\n", "\r", "\r\n", "\v", "\f", "\x1c", "\x85", "\u2028", "\u2029", "\0", "\x08", "\x1b[2K\x1b[1A", "\x9b2J",
    "\u202e", "\u2066", "\u2069", "\u200b", "\u200d", "\u2060", "\ufeff", "\u00ad", "\u034f", "\u3164", "\ufe0f",
    "\U000e0041", "\ud800",
]  # fmt: skip
_pieces = st.lists(st.one_of(st.sampled_from(HOSTILE), st.text(max_size=3)), min_size=1, max_size=4)
FOREIGN = _pieces.map(lambda pieces: f"a{''.join(piece + FORGED for piece in pieces)}b")


def filled(value: Any, text: str) -> Any:
    """The fact with the text in place of each of its texts."""
    if isinstance(value, str) and not isinstance(value, Enum):
        return text
    if isinstance(value, tuple):
        return tuple(filled(each, text) for each in value)
    if isinstance(value, Mapping):
        return {filled(key, text): filled(each, text) for key, each in value.items()}
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        whole: Any = value
        parts = {each.name: filled(getattr(value, each.name), text) for each in dataclasses.fields(whole)}
        return dataclasses.replace(whole, **parts)
    return value


def texts(value: Any, *, exact: bool = False) -> Iterator[tuple[bool, str]]:
    """All texts of a fact, and whether each has to stay as it is."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        for each in dataclasses.fields(value):
            yield from texts(getattr(value, each.name), exact=exact or "exact" in each.metadata)
    elif isinstance(value, Mapping | tuple):
        for part in [*value, *value.values()] if isinstance(value, Mapping) else value:
            yield from texts(part, exact=exact)
    elif isinstance(value, str) and not isinstance(value, Enum):
        yield exact, value


@pytest.mark.parametrize("kind", FACTS, ids=lambda kind: kind.__name__)
@given(text=FOREIGN)
@settings(max_examples=20)
def test_f50_every_text_of_every_fact_is_stored_as_one_line(kind: type[stored_fact.StoredFact], text: str) -> None:
    read = kind.from_record(document(stored(filled(sample(kind), text))))
    for exact, found in texts(read):
        assert found == (text if exact else one_line(text))


def test_what_others_compare_stays_as_it_is() -> None:
    """A target's check has an id, and a baseline is what a rollback goes back to."""
    kinds: list[Any] = [Finding, *FACTS]
    exact = {field.name for kind in kinds for field in dataclasses.fields(kind) if field.metadata}
    assert exact == {"target", "baselines", "state"}


def hostile_event(name: str, text: str) -> dict[str, Any]:
    """An event, with the text wherever a person or a provider of an action writes."""
    event = events.load(name)
    for part in ("execution-trigger", "execution-result"):
        event["detail"][part] = dict.fromkeys(event["detail"].get(part, {}), text)
    event["detail"].setdefault("execution-trigger", {}).update(
        {"author-display-name": text, "branch-name": text, "commit-message": text, "tag-name": text}
    )
    return event


@given(text=FOREIGN)
def test_f50_an_event_tells_lines(text: str) -> None:
    for name in ("codepipeline_pipeline_started", "codepipeline_action_failed"):
        fact = parse(hostile_event(name, text)).fact
        told = json.dumps([fact.latest, fact.once], ensure_ascii=False)
        assert FORGED in told
        assert told.isprintable()


def release_of(text: str) -> Facts:
    """A release of which others wrote all that they can write."""
    facts = Facts().event(hostile_event("codepipeline_pipeline_started", text))
    facts.event(hostile_event("codepipeline_action_failed", text))
    finding = Finding("http", text, Verdict.FAIL, text, {text: text}, warning=text)
    facts.verdict("Deploy", RegionVerdict(REGION, Verdict.FAIL, text, (finding,)), 3)
    facts.rollback("Deploy", REGION, RollbackState.FAILED, text, 5, target=text, by=text)
    facts.replaced("Deploy", REGION, text, 6)
    decided = TakenDecision("stop/1/0", DecisionKind.STOP, DecisionState.REFUSED, text, events.BEGAN.timestamp(), text)
    return facts.add(dataclasses.replace(decided, reason=text, outcome=text).to_fact())


def printed(what: RenderableType) -> list[str]:
    console = Console(width=10_000, no_color=True)
    with console.capture() as captured:
        console.print(what)
    return captured.get().split("\n")


@pytest.mark.parametrize("stored_by", ["this version", "an earlier one"])
@given(text=FOREIGN)
@settings(max_examples=30)
def test_f50_nobody_forges_a_line_of_a_card_of_explain_or_of_status(stored_by: str, text: str) -> None:
    as_given = patch.object(stored_fact, "on_one_line", lambda value: value)
    with nullcontext() if stored_by == "this version" else as_given:
        facts, same = release_of(text), release_of(one_line(text))
    release = facts.release
    story = printed(shown(story_of(release, facts.known, {}), everything=True))
    status = printed(releases_by_region([release], release.started or 0.0))
    assert any(FORGED in line for line in story)
    assert all(line.isprintable() and not line.lstrip(" │").startswith(FORGED) for line in (*story, *status))
    assert len(story) == len(printed(shown(story_of(same.release, same.known, {}), everything=True)))
    card, harmless = (json.dumps(render(each.release).blocks) for each in (facts, same))
    assert FORGED in card
    assert card.count("\\n") == harmless.count("\\n")


@given(text=FOREIGN)
def test_f50_what_is_logged_is_one_line_whatever_it_quotes(text: str) -> None:
    error = ValueError(text)
    known = (logging.ERROR, __file__, 1, text, (), (type(error), error, None))
    record = logging.getLogger("tests").makeRecord("tests", *known, extra={"reason": text, text: text})
    line = function_logger().registered_formatter.format(record)
    assert line.isascii()
    assert line.isprintable()
    assert json.loads(line)["reason"] == text


class Jobs:
    """Takes what the gate answers."""

    def __init__(self) -> None:
        self.texts: list[str] = []

    def put_job_success_result(self, **given: Any) -> None:
        """A success, or that there is more to come."""
        self.texts.append(given["executionDetails"]["summary"])

    def put_job_failure_result(self, **given: Any) -> None:
        """A failure."""
        self.texts.append(given["failureDetails"]["message"])


@given(text=FOREIGN)
def test_f50_codepipeline_is_told_lines(text: str) -> None:
    jobs: Any = Jobs()
    for answer in (Continue("token", text), Succeed({}, text), Fail(FailureType.JOB_FAILED, text)):
        put(jobs, "a job", answer)
    assert jobs.texts == [one_line(text)] * 3
