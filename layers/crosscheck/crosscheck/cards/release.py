"""The card of a release."""

from collections.abc import Iterable, Sequence

from crosscheck import times
from crosscheck.cards import signs
from crosscheck.cards.buttons import button_blocks
from crosscheck.cards.layout import (
    HEADER_LIMIT,
    NAME_LIMIT,
    REASON_LIMIT,
    Block,
    Card,
    context,
    duration,
    header,
    lists,
    section,
)
from crosscheck.cards.mrkdwn import escape, link
from crosscheck.console import execution_url, is_plain_url
from crosscheck.ledger.states import State
from crosscheck.releases.model import (
    Approval,
    Concern,
    Failure,
    ImageArrival,
    RegionProgress,
    RegionState,
    Release,
    StageProgress,
)
from crosscheck.text import one_line, shortened

_BROKEN = frozenset({RegionState.FAILED, RegionState.ROLLED_BACK})

EVENT_TYPE = "crosscheck_release"
MESSAGE_LIMIT = 200
MOST_NAMES = 4
GIST_LIMIT = 60
FOLLOWS = "\n\u2003\u2003↳ "
WARNS = "\n\u2003\u2003:rotating_light: "
# What the card adds where an execution goes back.
ROLLBACKS = {"ManualRollback": " · rollback by a person", "AutomatedRollback": " · automatic rollback"}


def render(release: Release) -> Card:
    """The card of a release."""
    _, word = _headline(release)
    parts = [
        ("Waiting", [_approval(approval) for approval in release.approvals]),
        ("Regions", [region_line(region) for region in release.regions]),
        ("Failed", [_failure(failure) for failure in release.failures]),
        ("Preflight", _preflight(release.preflight)),
        ("Images", [_image(image) for image in release.images]),
        ("Stages", [_stage(stage) for stage in release.stages]),
    ]
    payload = {
        "pipeline": release.subject.pipeline,
        "execution": release.subject.execution,
        "state": release.state.value if release.state else "STARTED",
    }
    blocks = [section(_summary(release)), *lists(parts), *button_blocks(release), context(_origin(release))]
    return card_of(release, f"{release.subject.pipeline}: {word}", blocks, EVENT_TYPE, payload)


def card_of(shown: Release | ImageArrival, title: str, blocks: list[Block], event: str, payload: Block) -> Card:
    """The card under this title; its text and its metadata say how far each region is."""
    regions = {part.region: part.state.value for part in shown.regions if part.state}
    return Card(
        text=escape(f"{title}. {regions_in_words(shown.regions)}", HEADER_LIMIT * 4),
        blocks=[header(title), *blocks],
        metadata={
            "event_type": event,
            "event_payload": {**payload, "version": shown.version, "regions": regions},
        },
    )


def regions_in_words(regions: Iterable[RegionProgress]) -> str:
    """Every region with its state; not escaped."""
    return ", ".join(f"{part.region} {signs.of_region(part.state)[1]}" for part in regions)


def _summary(release: Release) -> str:
    sign, word = _headline(release)
    again = f" (attempt {release.attempt})" if release.attempt > 1 else ""
    took = f" after {duration(release.seconds)}" if release.seconds is not None else ""
    page = execution_url(release.subject.region, release.subject.pipeline, release.subject.execution)
    back = ROLLBACKS.get(release.trigger, "")
    outcome = _outcome(release)
    lines = [
        f"{sign} *{word.capitalize()}*{again}{took}{back}{outcome} · {link(page, 'open in CodePipeline')}",
        *_revision(release),
    ]
    return "\n".join(lines)


def _headline(release: Release) -> tuple[str, str]:
    """Sign and word: the pipeline's state, unless it waits for a person, or is green and a region is not."""
    if release.approvals:
        return ":raised_hand:", "waiting for approval"
    sign, word = signs.of_state(release.state, escape(release.word, NAME_LIMIT))
    broken = [part.region for part in release.regions if part.state in _BROKEN]
    if release.state is not State.SUCCEEDED or not broken:
        return sign, word
    return signs.of_state(State.FAILED)[0], f"{word}, but not in {_named(broken)}"


def _outcome(release: Release) -> str:
    """Where every region that failed is back, whatever the pipeline's own state says."""
    if any(part.state is RegionState.FAILED for part in release.regions):
        return ""
    back = [part.region for part in release.regions if part.state is RegionState.ROLLED_BACK]
    if not back:
        return ""
    return f" · rolled back in {_named(back)}"


def _named(regions: list[str]) -> str:
    names = ", ".join(escape(region, NAME_LIMIT) for region in regions)
    return names if len(regions) <= MOST_NAMES else f"{len(regions)} regions"


def _revision(release: Release) -> list[str]:
    revision = release.revision
    if not revision.commit:
        return []
    short = revision.commit[:12]
    parts = [link(revision.url, short) if is_plain_url(revision.url) else f"`{escape(short, NAME_LIMIT)}`"]
    if revision.message:
        parts.append(escape(revision.message, MESSAGE_LIMIT))
    if revision.author:
        parts.append(f"by {escape(revision.author, NAME_LIMIT)}")
    if revision.branch:
        parts.append(f"on {escape(revision.branch, NAME_LIMIT)}")
    return [" · ".join(parts)]


def region_line(part: RegionProgress) -> str:
    """A region's line: sign, name, word, reason; and below it what came of it, which no long reason pushes out."""
    sign, word = signs.of_region(part.state)
    warning = escape(part.warning, REASON_LIMIT // 2)
    then = escape(part.follow_up, (REASON_LIMIT - len(warning)) // 2)
    reason = escape(part.reason, REASON_LIMIT - len(warning) - len(then))
    below = f"{f'{FOLLOWS}{then}' if then else ''}{f'{WARNS}{warning}' if warning else ''}"
    rest = f"{f' · {reason}' if reason else ''}{below}"
    return f"{sign} *{escape(part.region, NAME_LIMIT)}* {word}{rest}"


def _preflight(concerns: Sequence[Concern]) -> list[str]:
    """A line for each concern; those of the card before share a short one, in which each says how it begins."""
    lines = [_concern(concern) for concern in concerns if not concern.repeated]
    again = [concern for concern in concerns if concern.repeated]
    if again:
        remarks = f"{len(again)} remark{'s' if len(again) > 1 else ''} as before"
        gist = "; ".join(f"{concern.where} {shortened(concern.text, GIST_LIMIT)}" for concern in again)
        lines.append(f":warning: {remarks}: {escape(gist, REASON_LIMIT)}")
    return lines


def _concern(concern: Concern) -> str:
    sign = ":x:" if concern.severe else ":warning:"
    return f"{sign} *{escape(concern.where, NAME_LIMIT)}* {escape(concern.text, REASON_LIMIT)}"


def _approval(approval: Approval) -> str:
    name = f"{escape(approval.stage, NAME_LIMIT)} / {escape(approval.action, NAME_LIMIT)}"
    asked = f"waits for an approval since {times.for_people(approval.since)}{approval.details}"
    return f":raised_hand: *{name}* {escape(asked, REASON_LIMIT)} · {link(approval.url, 'review it')}"


def _failure(failure: Failure) -> str:
    name = f"{escape(failure.stage, NAME_LIMIT)} / {escape(failure.action, NAME_LIMIT)}"
    where = f" ({escape(failure.region, NAME_LIMIT)})" if failure.region else ""
    return f":x: *{name}*{where}: {escape(failure.reason, REASON_LIMIT)} · {link(failure.url, 'details')}"


def _image(image: ImageArrival) -> str:
    sign = signs.of_region(image.state)[0]
    regions = escape(regions_in_words(image.regions), REASON_LIMIT)
    return f"{sign} *{escape(image.subject.name, NAME_LIMIT)}* {regions}"


def _stage(stage: StageProgress) -> str:
    sign, word = signs.of_state(stage.state, escape(stage.word, NAME_LIMIT))
    took = f" · {duration(stage.seconds)}" if stage.seconds is not None else ""
    return f"{sign} *{escape(stage.name, NAME_LIMIT)}* {word}{took}"


def _origin(release: Release) -> str:
    began = f"started {times.for_people(release.started)} · " if release.started is not None else ""
    return f"{began}pipeline in {release.subject.region} · execution {one_line(release.subject.execution)}"
