"""The lines of the regions: one each, the broken ones with what came of them below."""

from collections import Counter
from collections.abc import Mapping, Sequence

from crosscheck import times
from crosscheck.cards import signs
from crosscheck.cards.layout import REASON_LIMIT, duration
from crosscheck.cards.mrkdwn import escape, link
from crosscheck.console import is_plain_url
from crosscheck.releases.model import ImageArrival, RegionProgress, RegionState
from crosscheck.text import listed

FOLLOWS = "\n\u2003\u2003↳ "
SEPARATOR, SEE = " · ", "see the deployment"
WARNS = "\n\u2003\u2003:rotating_light: "
MOST_LINES = 12
BUDGET = 3_600
# A line without its texts: sign, name, word, how long the deployment took, which gates, the image.
BARE = 190
# What runs where all is well; every measured value is in the thread.
RUNS_LIMIT = 240
REGION_LIMIT, GATES_LIMIT = 40, 60

_URGENCY = (
    RegionState.FAILED,
    RegionState.ROLLED_BACK,
    RegionState.UNKNOWN,
    RegionState.VERIFYING,
    RegionState.DEPLOYING,
    None,
    RegionState.PASSED,
    RegionState.SKIPPED,
)
_UNDER_WAY = {None, RegionState.DEPLOYING, RegionState.VERIFYING}
_IMAGES = {
    RegionState.FAILED: "image did not arrive",
    RegionState.UNKNOWN: "image unknown",
    RegionState.VERIFYING: "image on its way",
    RegionState.PASSED: "image arrived",
}


def region_lines(regions: Sequence[RegionProgress], images: Sequence[ImageArrival] = ()) -> list[str]:
    """A line for each region in the given order; of many only the most urgent ones, and how many more are in which
    state."""
    shown = list(regions)
    if len(shown) > MOST_LINES:
        shown = sorted(shown, key=lambda part: _URGENCY.index(part.state))[:MOST_LINES]
    limit = min(REASON_LIMIT, BUDGET // max(1, len(shown)) - BARE)
    arrived = _arrivals(images)
    lines = [region_line(part, limit, arrived.get(part.region)) for part in shown]
    spare = BUDGET - sum(len(line) + 1 for line in lines)
    for number, part in enumerate(shown):
        page = link(part.url, SEE) if part.broken and is_plain_url(part.url) else ""
        size = len(page) + len(SEPARATOR)
        if page not in {"", SEE} and size <= spare:
            lines[number] = region_line(part, limit, arrived.get(part.region), page)
            spare -= size
    left = [part for part in regions if part not in shown]
    return [*lines, f"_and {len(left)} more: {escape(regions_in_words(left), limit)}_"] if left else lines


def region_line(
    part: RegionProgress, limit: int = REASON_LIMIT, image: RegionState | None = None, page: str = ""
) -> str:
    """A region's line: sign, name, word, reason, deployment, gates, image, the link to the deployment's page; below it
    what came of it, which no long reason pushes out. Reason, follow-up and warning share ``limit`` characters."""
    sign, word = signs.of_region(part.state)
    warning = escape(part.warning, limit // 2)
    then = escape(part.follow_up, (limit - len(warning)) // 2)
    left = limit - len(warning) - len(then)
    reason = escape(part.reason, min(left, RUNS_LIMIT) if part.state is RegionState.PASSED else left)
    below = f"{f'{FOLLOWS}{then}' if then else ''}{f'{WARNS}{warning}' if warning else ''}"
    clauses = [
        f"{sign} *{escape(part.region, REGION_LIMIT)}* {word}",
        reason,
        *_course(part),
        _image(part, image),
        page,
    ]
    return f"{SEPARATOR.join(filter(None, clauses))}{below}"


def regions_in_words(regions: Sequence[RegionProgress]) -> str:
    """Every state with its regions, the most urgent first, as one says it aloud; not escaped."""
    counted = Counter(part.state for part in regions)
    parts = ((state, [part.region for part in regions if part.state is state]) for state in _URGENCY if counted[state])
    return ", ".join(f"{listed(names)} {signs.of_region(state)[1]}" for state, names in parts)


def _course(part: RegionProgress) -> list[str]:
    """How far the deployment came, and by which gates it is judged."""
    if part.state in {None, RegionState.SKIPPED}:
        return []
    if part.state is RegionState.DEPLOYING:
        return [f"since {times.time_of_day(part.since)}"] if part.since else []
    # Of a region that is back, people would take it for the time that the rollback took.
    timed = part.seconds is not None and part.state is not RegionState.ROLLED_BACK
    took = [f"deployed in {duration(part.seconds or 0)}"] if timed else []
    gates = listed(part.gates, things="gates") if part.gates else ""
    return [*took, escape(f"gate {gates}", GATES_LIMIT)] if gates else took


def _arrivals(images: Sequence[ImageArrival]) -> Mapping[str, RegionState]:
    """The worst that is known of an image, by region."""
    seen: dict[str, list[RegionState]] = {}
    for part in (part for image in images for part in image.regions if part.state):
        seen.setdefault(part.region, []).append(part.state or RegionState.UNKNOWN)
    return {region: min(states, key=_URGENCY.index) for region, states in seen.items()}


def _image(part: RegionProgress, image: RegionState | None) -> str:
    """How far the image is, unless what the region runs says it already."""
    if image is None or (image is RegionState.PASSED and part.state not in _UNDER_WAY):
        return ""
    return _IMAGES.get(image, "")
