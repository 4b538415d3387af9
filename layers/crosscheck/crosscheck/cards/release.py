"""The card of a release: one screen, whatever the release holds. What was measured is in the thread."""

from collections.abc import Sequence

from crosscheck import times
from crosscheck.cards import signs
from crosscheck.cards.buttons import button_blocks
from crosscheck.cards.layout import (
    NAME_LIMIT,
    REASON_LIMIT,
    Block,
    Card,
    card_of,
    context,
    header,
    lines_of,
    paragraphs,
    section,
)
from crosscheck.cards.mrkdwn import escape, link
from crosscheck.cards.region_line import BUDGET, region_lines, regions_in_words
from crosscheck.cards.stage_line import stage_line
from crosscheck.cards.summary import ADDRESS, aloud, headline, summary
from crosscheck.releases.model import Concern, Failure, ImageArrival, RegionState, Release
from crosscheck.text import listed, one_line, shortened

EVENT_TYPE = "crosscheck_release"
# What stands above and below the lists takes up to 6,000 characters; Slack refuses 13,000.
FAILED_BUDGET, PREFLIGHT_BUDGET, IMAGES_BUDGET = 1_500, 1_300, 400
REASON = 300
MOST_FAILURES = 4
MOST_CONCERNS = 4
BARE_CONCERN = 120


def render(release: Release) -> Card:
    """The card of a release."""
    sign, title = headline(release)
    images = _of_this_release(release)
    blocks = [
        header(title, sign),
        *paragraphs(summary(release)),
        *lines_of("Regions", region_lines(release.regions, images), BUDGET),
        *lines_of("Failed", _failures(release.failures), FAILED_BUDGET),
        *lines_of("Preflight", _preflight(release.preflight), PREFLIGHT_BUDGET),
        *lines_of(
            "Images", [_image(image) for image in images if image.state is not RegionState.PASSED], IMAGES_BUDGET
        ),
        *([section(stage_line(release.stages))] if release.stages else []),
        *button_blocks(release),
        context(_context(release)),
    ]
    payload: Block = {
        "pipeline": release.subject.pipeline,
        "execution": release.subject.execution,
        "state": release.state.value if release.state else "STARTED",
    }
    return card_of(aloud(release), blocks, EVENT_TYPE, payload, release)


def _of_this_release(release: Release) -> list[ImageArrival]:
    """Its images. Pushed once more after it ended, one is no longer its own: an ended release's card stays."""
    if release.started is None or release.seconds is None:
        return list(release.images)
    ended = release.started + release.seconds
    return [image for image in release.images if image.pushed is None or image.pushed <= ended]


def _failures(failures: Sequence[Failure]) -> list[str]:
    """A line for each failed action with its reason, and one for all whose reason stands on a region's line."""
    told = [failure for failure in failures if failure.told]
    others = [failure for failure in failures if not failure.told]
    lines = [_failure(failure) for failure in others[:MOST_FAILURES]]
    if len(others) > MOST_FAILURES:
        lines.append(f"_and {len(others) - MOST_FAILURES} more_")
    if told:
        named = ", ".join(_told(failure) for failure in told[:MOST_FAILURES])
        more = f" and {len(told) - MOST_FAILURES} more" if len(told) > MOST_FAILURES else ""
        lines.append(f":x: {named}{more} · why: see above")
    return lines


def _failure(failure: Failure) -> str:
    return f"{_action(failure)}: {escape(failure.reason, REASON)} · {link(failure.url, 'details', ADDRESS)}"


def _action(failure: Failure) -> str:
    name = f"{escape(failure.stage, NAME_LIMIT)} / {escape(failure.action, NAME_LIMIT)}"
    return f":x: *{name}*{_about(failure)}"


def _told(failure: Failure) -> str:
    """The name of an action; only a short address fits beside several."""
    name = f"{failure.stage} / {failure.action}"
    shown = link(failure.url, name) if len(failure.url) <= REASON else escape(name, NAME_LIMIT)
    return f"{shown}{_about(failure)}"


def _about(failure: Failure) -> str:
    return f" ({escape(listed(failure.regions), NAME_LIMIT)})" if failure.regions else ""


def _preflight(concerns: Sequence[Concern]) -> list[str]:
    """What breaks the release, and what is wrong with its plan; remarks are in the thread."""
    told = [concern for concern in concerns if concern.on_card]
    shown = told[:MOST_CONCERNS]
    limit = min(REASON_LIMIT, PREFLIGHT_BUDGET // max(1, len(shown)) - BARE_CONCERN)
    lines = [concern_line(concern, limit) for concern in shown]
    left = len(told) - len(shown)
    return [*lines, f"_and {left} more, in the thread_"] if left else lines


def concern_line(concern: Concern, limit: int) -> str:
    """Sign, place and text of a concern, which is cut at the limit."""
    sign = ":x:" if concern.severe else ":warning:"
    return f"{sign} *{escape(concern.where, NAME_LIMIT)}* {escape(concern.text, limit)}"


def _image(image: ImageArrival) -> str:
    """An image that is not where it has to be; why is on its own message, where it failed."""
    sign = signs.of_region(image.state)[0]
    return f"{sign} *{escape(image.subject.name, NAME_LIMIT)}* {escape(regions_in_words(image.regions), NAME_LIMIT)}"


def _context(release: Release) -> str:
    began = f"started {times.for_people(release.started)} · " if release.started is not None else ""
    where = shortened(release.subject.region, NAME_LIMIT)
    return f"{began}pipeline in {where} · execution {one_line(release.subject.execution, NAME_LIMIT)}"
