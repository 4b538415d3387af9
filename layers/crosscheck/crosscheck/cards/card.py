"""From a release to the message that shows it, within Slack's limits whatever the release's size."""

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from crosscheck.cards import signs
from crosscheck.cards.mrkdwn import escape, link, one_line, plain
from crosscheck.console import execution_url, is_console_url
from crosscheck.releases import Failure, RegionProgress, Release, StageProgress

type Block = dict[str, Any]

EVENT_TYPE = "crosscheck_release"

# Slack refuses a message over about 13,000 characters; https://docs.slack.dev/reference/block-kit/blocks
HEADER_LIMIT = 150
SECTION_LIMIT = 3_000
TEXT_BUDGET = 11_000
NAME_LIMIT = 100
REASON_LIMIT = 600
MESSAGE_LIMIT = 200


@dataclass(frozen=True)
class Card:
    """What is sent to Slack. ``text`` is the plain form, for notifications and screen readers."""

    text: str
    blocks: list[Block]
    metadata: dict[str, Any]

    @property
    def digest(self) -> str:
        """The same for the same content; the version alone is no content."""
        payload = {key: value for key, value in self.metadata["event_payload"].items() if key != "version"}
        content = json.dumps([self.text, self.blocks, payload], sort_keys=True)
        return hashlib.sha256(content.encode()).hexdigest()


def render(release: Release) -> Card:
    """The card of a release."""
    _, word = signs.of_state(release.state)
    title = f"{release.subject.pipeline}: {word}"
    head = [_header(title), _section(_summary(release))]
    failures = [_failure(failure) for failure in release.failures]
    regions = [_region(region) for region in release.regions]
    stages = [_stage(stage) for stage in release.stages]
    body = _lists([("Regions", regions), ("Failed", failures), ("Stages", stages)])
    return Card(
        text=plain(f"{title}. {_regions_in_words(release.regions)}", HEADER_LIMIT * 4),
        blocks=[*head, *body, _context(release)],
        metadata=_metadata(release),
    )


def _metadata(release: Release) -> dict[str, Any]:
    return {
        "event_type": EVENT_TYPE,
        "event_payload": {
            "pipeline": release.subject.pipeline,
            "execution": release.subject.execution,
            "state": release.state.value if release.state else "STARTED",
            "version": release.version,
            "regions": {part.region: part.state.value for part in release.regions if part.state},
        },
    }


def _regions_in_words(regions: Iterable[RegionProgress]) -> str:
    return ", ".join(f"{part.region} {signs.of_region(part.state)[1]}" for part in regions)


def _summary(release: Release) -> str:
    sign, word = signs.of_state(release.state)
    again = f" (attempt {release.attempt})" if release.attempt > 1 else ""
    took = f" after {duration(release.seconds)}" if release.seconds is not None else ""
    page = execution_url(release.subject.region, release.subject.pipeline, release.subject.execution)
    lines = [f"{sign} *{word.capitalize()}*{again}{took} · {link(page, 'open in CodePipeline')}", *_revision(release)]
    return "\n".join(lines)


def _revision(release: Release) -> list[str]:
    revision = release.revision
    if not revision.commit:
        return []
    short = escape(revision.commit[:12], NAME_LIMIT)
    parts = [link(revision.url, short) if is_console_url(revision.url) else f"`{short}`"]
    if revision.message:
        parts.append(escape(revision.message, MESSAGE_LIMIT))
    if revision.author:
        parts.append(f"by {escape(revision.author, NAME_LIMIT)}")
    if revision.branch:
        parts.append(f"on {escape(revision.branch, NAME_LIMIT)}")
    return [" · ".join(parts)]


def _region(part: RegionProgress) -> str:
    sign, word = signs.of_region(part.state)
    reason = f" · {escape(part.reason, REASON_LIMIT)}" if part.reason else ""
    return f"{sign} *{escape(part.region, NAME_LIMIT)}* {word.replace('_', ' ')}{reason}"


def _failure(failure: Failure) -> str:
    name = f"{escape(failure.stage, NAME_LIMIT)} / {escape(failure.action, NAME_LIMIT)}"
    where = f" ({escape(failure.region, NAME_LIMIT)})" if failure.region else ""
    return f":x: *{name}*{where}: {escape(failure.reason, REASON_LIMIT)} · {link(failure.url, 'details')}"


def _stage(stage: StageProgress) -> str:
    sign, word = signs.of_state(stage.state)
    took = f" · {duration(stage.seconds)}" if stage.seconds is not None else ""
    return f"{sign} *{escape(stage.name, NAME_LIMIT)}* {word}{took}"


def _context(release: Release) -> Block:
    began = f"started {release.started:%Y-%m-%d %H:%M:%S} UTC · " if release.started else ""
    text = f"{began}pipeline in {release.subject.region} · execution {one_line(release.subject.execution)}"
    return {"type": "context", "elements": [{"type": "mrkdwn", "text": escape(text, SECTION_LIMIT)}]}


def _lists(lists: Sequence[tuple[str, list[str]]]) -> list[Block]:
    """A section per list; the budget is shared so that a long list cannot push out the others."""
    filled = [(title, lines) for title, lines in lists if lines]
    share = TEXT_BUDGET // max(1, len(filled))
    return [block for title, lines in filled for block in _list(title, lines, share)]


def _list(title: str, lines: list[str], budget: int) -> list[Block]:
    shown = _within(lines, budget)
    left = len(lines) - len(shown)
    tail = [f"_and {left} more_"] if left else []
    return [_section(text) for text in _pack([f"*{title}*", *shown, *tail])]


def _within(lines: list[str], budget: int) -> list[str]:
    kept: list[str] = []
    for line in lines:
        budget -= len(line) + 1
        if budget < 0:
            break
        kept.append(line)
    return kept


def _pack(lines: list[str]) -> list[str]:
    """The lines in as few texts as Slack's limit of a section allows."""
    texts = [""]
    for line in lines:
        if len(texts[-1]) + len(line) + 1 > SECTION_LIMIT:
            texts.append("")
        texts[-1] += f"\n{line}" if texts[-1] else line
    return texts


def _header(text: str) -> Block:
    return {"type": "header", "text": {"type": "plain_text", "text": plain(text, HEADER_LIMIT), "emoji": False}}


def _section(text: str) -> Block:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}}


def duration(seconds: float) -> str:
    """A length of time as people say it: ``42 s``, ``3 min 12 s``, ``2 h 5 min``."""
    whole = round(seconds)
    hours, minutes = whole // 3600, whole % 3600 // 60
    if hours:
        return f"{hours} h {minutes} min"
    return f"{minutes} min {whole % 60} s" if minutes else f"{whole} s"
