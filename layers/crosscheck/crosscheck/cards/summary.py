"""What stands above everything else on a card: the state, what happens next, and what started the release."""

from collections.abc import Sequence

from crosscheck import times
from crosscheck.cards import signs
from crosscheck.cards.layout import NAME_LIMIT, duration
from crosscheck.cards.mrkdwn import escape, link
from crosscheck.cards.region_line import regions_in_words
from crosscheck.cards.reply import mention
from crosscheck.console import execution_url, is_plain_url
from crosscheck.decisions.approvers import Approvers
from crosscheck.ledger.states import State
from crosscheck.releases.model import ROLLBACKS, Approval, RegionState, Release, SourceRevision
from crosscheck.releases.next_step import by_whom, next_step, other_steps, waits_for
from crosscheck.text import listed, one_line, shortened

MESSAGE_LIMIT = 120
NEXT_LIMIT = 500
NOTE_LIMIT = 200
PIPELINE_LIMIT = 80
VERSION_LIMIT = 12
START_LIMIT = 200
ADDRESS = 500
MOST_APPROVALS, MOST_APPROVERS = 2, 3

_ON_REQUEST = "StartPipelineExecution"
# https://docs.aws.amazon.com/codepipeline/latest/APIReference/API_ExecutionTrigger.html
_STARTS = {
    "CreatePipeline": "started when the pipeline was made",
    _ON_REQUEST: "started on request",
    "PollForSourceChanges": "started by a change of the source",
    "PutActionRevision": "started by a change of the source",
    "Webhook": "started by a webhook",
    "WebhookV2": "started by a webhook",
    "CloudWatchEvent": "started by an event",
}


def headline(release: Release, *, spoken: bool = False) -> tuple[str, str]:
    """Sign and title. The state is the pipeline's, unless it waits for a person, or is green and a region is not; of
    what has failed the regions are named, unless it is ``spoken``: a sentence about them follows."""
    sign, word = signs.of_state(release.state, one_line(release.word, NAME_LIMIT))
    told = word if spoken and release.state is State.FAILED else with_broken(release, word)
    if release.approvals:
        sign, word = ":raised_hand:", "waiting for approval"
    elif told != word:
        sign, word = signs.of_state(State.FAILED)[0], told
    kind = " (rollback)" if release.is_rollback else ""
    again = f" (attempt {release.attempt})" if release.attempt > 1 else ""
    return sign, f"{one_line(release.subject.pipeline, PIPELINE_LIMIT)}{kind}: {word}{again}"


def how_it_began(trigger: str, started_by: str) -> str:
    """What started a release, and who: of CodePipeline's ``trigger`` and of who or what that names, each of which may
    be empty; not escaped. A word that nobody knows is told as it is."""
    if trigger in ROLLBACKS:
        return f"{ROLLBACKS[trigger]}{f', {started_by}' if started_by else ''}"
    if trigger == _ON_REQUEST and started_by:
        return f"started by {started_by}"
    start = _STARTS.get(trigger) or (f"started by {trigger}" if trigger else "")
    return f"{start}{f' ({started_by})' if start and started_by else ''}"


def with_broken(release: Release, word: str) -> str:
    """The word for a release's state, with the regions that broke where the pipeline has ended; else the word alone."""
    broken = [part.region for part in release.regions if part.broken]
    failed = [part.region for part in release.regions if part.state is RegionState.FAILED]
    if not broken:
        return word
    match release.state:
        case State.SUCCEEDED:
            fate = f"{listed(failed)} failed" if failed else f"{listed(broken)} had to be rolled back"
            return f"pipeline {word}, but {fate}"
        case State.FAILED:
            return f"{word} in {listed(failed)}" if failed else f"{word}, rolled back in {listed(broken)}"
        case _:
            return word


def aloud(release: Release) -> str:
    """The release in two or three sentences, as they are read aloud; not escaped."""
    _, title = headline(release, spoken=True)
    regions = f" {regions_in_words(release.regions)}." if release.regions else ""
    return f"{title}.{regions} Next: {next_step(release)}."


def summary(release: Release) -> list[str]:
    """Lines: what happens next, where to approve what waits for it, and what started the release."""
    subject = release.subject
    page = execution_url(subject.region, subject.pipeline, subject.execution)
    took = [f"ran for {duration(release.seconds)}"] if release.seconds is not None else []
    origin = [*_origin(release), *took, link(page, "open in CodePipeline", ADDRESS)]
    return [f"*Next:* {_next(release)}", *_approvals(release), " · ".join(origin)]


def _next(release: Release) -> str:
    """What happens next, with the people who may approve it. Slack calls nobody who is named in an edited message."""
    waits = [_waits(approval, release.approvers) for approval in release.approvals[:MOST_APPROVALS]]
    if more := len(release.approvals) - len(waits):
        waits.append(f"and for {more} more")
    return "; ".join(filter(None, [*waits, escape(other_steps(release), NEXT_LIMIT)]))


def _waits(approval: Approval, approvers: Approvers) -> str:
    named = [mention(each) for each in approvers.ids[:MOST_APPROVERS]]
    more = len(approvers.ids) - len(named)
    people = f"{' or '.join(named)}{f' or {more} more' if more else ''}"
    return f"{escape(waits_for(approval), NEXT_LIMIT)} {people or escape(by_whom(approval), NAME_LIMIT)}"


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
    start = escape(how_it_began(release.trigger, release.started_by), START_LIMIT)
    parts = [f":rewind: {start}"] if release.is_rollback else []
    if revision.commit:
        parts.append(_version(revision))
        said = "" if revision.commit in revision.message else revision.message
        parts += [escape(shortened(said, MESSAGE_LIMIT), MESSAGE_LIMIT)] if said else []
        parts += [f"by {escape(revision.author, NAME_LIMIT)}"] if revision.author else []
        parts += [f"on {escape(revision.branch, NAME_LIMIT)}"] if revision.branch else []
        parts += [f"tag {escape(revision.tag, NAME_LIMIT)}"] if revision.tag else []
    if not release.is_rollback and not revision.author:
        parts.append(start)
    return [part for part in parts if part]


def _version(revision: SourceRevision) -> str:
    """The beginning of the commit's id, as a link where there is one; of any other version what it is."""
    short, label = revision.commit[:VERSION_LIMIT], f"{escape(revision.label, NAME_LIMIT)} " if revision.label else ""
    linked = is_plain_url(revision.url)
    return f"{label}{link(revision.url, short, ADDRESS) if linked else f'`{escape(short, NAME_LIMIT)}`'}"
