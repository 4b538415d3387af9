"""What stands above everything else on a card: the state, what happens next, and what started the release."""

from collections.abc import Sequence

from crosscheck import times
from crosscheck.cards import signs
from crosscheck.cards.layout import NAME_LIMIT, duration
from crosscheck.cards.mrkdwn import escape, link
from crosscheck.cards.region_line import regions_in_words
from crosscheck.console import execution_url, is_plain_url
from crosscheck.ledger.states import State
from crosscheck.releases.model import Approval, Release
from crosscheck.releases.next_step import next_step
from crosscheck.text import listed, one_line, shortened

MESSAGE_LIMIT = 120
NEXT_LIMIT = 500
NOTE_LIMIT = 200
PIPELINE_LIMIT = 80
ADDRESS = 500
MOST_APPROVALS = 2

_ROLLBACKS = {"ManualRollback": "rollback by a person", "AutomatedRollback": "automatic rollback"}
# https://docs.aws.amazon.com/codepipeline/latest/APIReference/API_ExecutionTrigger.html
_STARTS = {
    "CreatePipeline": "started when the pipeline was made",
    "StartPipelineExecution": "started by hand",
    "PollForSourceChanges": "started by a change of the source",
    "PutActionRevision": "started by a change of the source",
    "Webhook": "started by a webhook",
    "WebhookV2": "started by a webhook",
    "CloudWatchEvent": "started by an event",
}


def headline(release: Release) -> tuple[str, str]:
    """Sign and title. The state is the pipeline's, unless it waits for a person, or is green and a region is not."""
    sign, word = signs.of_state(release.state, one_line(release.word, NAME_LIMIT))
    broken = [part.region for part in release.regions if part.broken]
    if release.approvals:
        sign, word = ":raised_hand:", "waiting for approval"
    elif release.state is State.SUCCEEDED and broken:
        sign, word = signs.of_state(State.FAILED)[0], f"{word}, but not in {listed(broken)}"
    kind = " (rollback)" if release.trigger in _ROLLBACKS else ""
    again = f" (attempt {release.attempt})" if release.attempt > 1 else ""
    return sign, f"{one_line(release.subject.pipeline, PIPELINE_LIMIT)}{kind}: {word}{again}"


def aloud(release: Release, title: str) -> str:
    """The release in two or three sentences, as they are read aloud; not escaped."""
    regions = f" {regions_in_words(release.regions)}." if release.regions else ""
    return f"{title}.{regions} Next: {next_step(release)}."


def summary(release: Release) -> list[str]:
    """Lines: what happens next, where to approve what waits for it, and what started the release."""
    subject = release.subject
    page = execution_url(subject.region, subject.pipeline, subject.execution)
    took = [f"took {duration(release.seconds)}"] if release.seconds is not None else []
    origin = [*_origin(release), *took, link(page, "open in CodePipeline", ADDRESS)]
    return [f"*Next:* {escape(next_step(release), NEXT_LIMIT)}", *_approvals(release), " · ".join(origin)]


def _approvals(release: Release) -> list[str]:
    return [_approval(approval) for approval in release.approvals[:MOST_APPROVALS]]


def _approval(approval: Approval) -> str:
    name = f"{escape(approval.stage, NAME_LIMIT)} / {escape(approval.action, NAME_LIMIT)}"
    note = f": {escape(shortened(approval.note, NOTE_LIMIT), NOTE_LIMIT)}" if approval.note else ""
    since = f"since {times.for_people(approval.since)}{note}"
    return f":raised_hand: *{name}* {since} · {link(approval.url, 'review it', ADDRESS)}"


def _origin(release: Release) -> Sequence[str]:
    """Whether it is a rollback, what is released, and else who or what started it."""
    revision = release.revision
    rollback = _ROLLBACKS.get(release.trigger, "")
    by = escape(release.started_by, NAME_LIMIT)
    parts = [f":rewind: {rollback}{f', {by}' if by else ''}"] if rollback else []
    if revision.commit:
        short = revision.commit[:12]
        parts.append(
            link(revision.url, short, ADDRESS) if is_plain_url(revision.url) else f"`{escape(short, NAME_LIMIT)}`"
        )
        parts += [escape(shortened(revision.message, MESSAGE_LIMIT), MESSAGE_LIMIT)] if revision.message else []
        parts += [f"by {escape(revision.author, NAME_LIMIT)}"] if revision.author else []
        parts += [f"on {escape(revision.branch, NAME_LIMIT)}"] if revision.branch else []
        parts += [f"tag {escape(revision.tag, NAME_LIMIT)}"] if revision.tag else []
    if not rollback and not revision.author and (start := _STARTS.get(release.trigger, "")):
        parts.append(f"{start}{f' ({by})' if by else ''}")
    return [part for part in parts if part]
