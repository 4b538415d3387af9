"""What was measured in a release's regions, and what preflight remarked: for the card's thread, each once.

A broken region is told of at once, everything else when nothing more happens: so a release in which nothing fails has
one reply of this kind, at its end.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from crosscheck.cards import signs
from crosscheck.cards.layout import NAME_LIMIT, TEXT_BUDGET, TEXT_LIMIT, Card, lines_of
from crosscheck.cards.mrkdwn import escape, link
from crosscheck.cards.region_line import regions_in_words
from crosscheck.cards.release import MOST_CONCERNS, concern_line
from crosscheck.console import is_plain_url
from crosscheck.contracts.verdicts import Finding
from crosscheck.ledger.known_facts import KnownFacts
from crosscheck.releases.deployments import deployments
from crosscheck.releases.model import Concern, RegionProgress, Release

REASON_LIMIT = 400
VALUES_LIMIT = 300
MOST_VALUES = 8
INDENT = "\u2003• "


@dataclass(frozen=True)
class Detail:
    """A region, or the preflight, in detail: ``lines`` of mrkdwn, escaped. ``key`` names it among those of its
    release. It ``follows`` nothing: it stands for itself."""

    key: str
    lines: tuple[str, ...]
    follows: str = ""


def details(release: Release, known: KnownFacts) -> tuple[Detail, ...]:
    """What there is to tell by now: none as long as nothing is broken and something still happens."""
    told = [part for part in release.regions if release.final or (part.broken and not part.moving)]
    found = [detail for part in told if (detail := _region(part, release.attempt, known))]
    remarks = _remarks(release.preflight) if release.final or told else ()
    return (*found, *([Detail("detail/preflight", remarks)] if remarks else []))


def details_card(release: Release, told: Sequence[Detail]) -> Card:
    """The reply in the card's thread that tells of these details."""
    blocks = lines_of("Measured", [line for detail in told for line in detail.lines], TEXT_BUDGET)
    spoken = f"{release.subject.pipeline}, what was measured: {regions_in_words(release.regions)}."
    return Card(escape(spoken, TEXT_LIMIT), blocks, {})


def _region(part: RegionProgress, attempt: int, known: KnownFacts) -> Detail | None:
    """A region's detail; None where no check has seen anything of it."""
    lines = [_finding(finding) for finding in _findings(part.region, known)]
    if not lines:
        return None
    sign, word = signs.of_region(part.state)
    return Detail(f"detail/{part.region}/{attempt}", (f"{sign} *{escape(part.region, NAME_LIMIT)}* {word}", *lines))


def _findings(region: str, known: KnownFacts) -> Iterator[Finding]:
    """What the judges of its stages last saw of this region, each thing once."""
    seen = set()
    for stage in dict.fromkeys(deployment.stage for deployment in deployments(known) if deployment.region == region):
        for finding in (each for verdict in known.verdicts_on(stage, region) for each in verdict.judged.findings):
            if (finding.kind, finding.target, finding.reason) not in seen:
                seen.add((finding.kind, finding.target, finding.reason))
                yield finding


def _finding(finding: Finding) -> str:
    """What a check saw: its target with a label that a person can read, the reason, the values, the warning."""
    target, reason = finding.target, finding.reason
    label = target.partition("://")[2] or target
    # Many a reason begins with the target, which stands in front of it already.
    text = reason[len(target) :].lstrip(": ") if reason.startswith((f"{target} ", f"{target}: ")) else reason
    name = link(target, label) if is_plain_url(target) else escape(label, NAME_LIMIT)
    listed = ", ".join(f"{key}: {value}" for key, value in list(finding.values.items())[:MOST_VALUES])
    values = f" ({escape(listed, VALUES_LIMIT)})" if listed else ""
    warning = f" :warning: {escape(finding.warning, VALUES_LIMIT)}" if finding.warning else ""
    head = " ".join(filter(None, [f"*{escape(finding.kind, NAME_LIMIT)}*", name]))
    return f"{INDENT}{head}: {escape(text, REASON_LIMIT)}{values}{warning}"


def _remarks(concerns: Sequence[Concern]) -> tuple[str, ...]:
    """What preflight remarked and was not told of the release before, with what found no room on the card."""
    news = [concern for concern in concerns if not concern.repeated]
    on_card = sum(concern.on_card for concern in news)
    if on_card == len(news) <= MOST_CONCERNS:
        return ()
    return ("*Preflight*", *(concern_line(concern, REASON_LIMIT) for concern in news))
