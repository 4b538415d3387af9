"""The story of a release: from its facts to lines in the order of time. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from itertools import chain
from typing import Any

from crosscheck import times
from crosscheck.cards.summary import headline
from crosscheck.contracts.verdicts import Verdict
from crosscheck.ledger.image_facts import REPLICATION
from crosscheck.ledger.known_facts import KnownFacts
from crosscheck.ledger.subjects import ImageSubject
from crosscheck.releases.model import RegionProgress, Release
from crosscheck.releases.next_step import next_step
from crosscheck_cli.story import judged, reported
from crosscheck_cli.story.entry import Source, StoryEntry

KEEPS = "Of each stage, action and region the latest attempt is kept in full, and of earlier ones only when they began."


@dataclass(frozen=True)
class Story:
    """A release, what happened in the order of time, and what has no time: ``notes``."""

    release: Release
    entries: tuple[StoryEntry, ...]
    notes: tuple[str, ...]

    def as_json(self) -> dict[str, Any]:
        """The story as a JSON object; times are ISO 8601 in UTC."""
        release = self.release
        return {
            "pipeline": release.subject.pipeline,
            "execution": release.subject.execution,
            "region": release.subject.region,
            "state": release.state.value if release.state else "STARTED",
            "headline": headline(release)[1],
            "next": next_step(release),
            "regions": [_region(part) for part in release.regions],
            "timeline": [
                {**asdict(entry), "at": times.to_text(entry.at), "sign": entry.sign.strip(":")}
                for entry in self.entries
            ],
            "notes": list(self.notes),
        }


def story_of(release: Release, known: KnownFacts, images: Mapping[ImageSubject, KnownFacts]) -> Story:
    """The story that the facts tell; ``images`` are those that the release deploys, with what is known of them."""
    told = chain(
        reported.begun(known),
        reported.held_up(known),
        chain.from_iterable(_arrivals(image, facts) for image, facts in images.items()),
        judged.preflights(known),
        judged.looks(known),
        judged.rollbacks(known),
        judged.decisions(known),
        reported.ended(known),
    )
    # The time of an event has no fraction. Within a second the stages follow each other, and in each of them what
    # began, was seen, was done, and ended: the order above.
    places = {"": -1, **{stage.name: place for place, stage in enumerate(release.stages)}}

    def order(entry: StoryEntry) -> tuple[int, int]:
        return int(entry.at), places.get(entry.stage, len(places))

    return Story(release, tuple(sorted(told, key=order)), tuple(_notes(known)))


def _arrivals(image: ImageSubject, known: KnownFacts) -> Iterator[StoryEntry]:
    """An image that was pushed, and what the looks say of its way."""
    if known.image:
        tags = ", ".join(known.image.newest_tags)
        text = f"{image.name} was pushed{f' as {tags}' if tags else ''}"
        yield StoryEntry(known.image.pushed, Source.IMAGE, image.region, ":rocket:", text, minor=True)
    for region in known.destinations.regions if known.destinations else ():
        for verdict in known.verdicts_on(REPLICATION, region):
            sign, word = judged.VERDICTS[verdict.judged.verdict]
            text = f"{image.name} {word}: {verdict.judged.reason}"
            minor = verdict.judged.verdict is Verdict.PASS
            yield StoryEntry(verdict.at, Source.IMAGE, region, sign, text, minor=minor)


def _notes(known: KnownFacts) -> Iterator[str]:
    if known.ignored:
        yield "The pipeline was tagged crosscheck:ignore when the release started, so nobody looked at it."
    if known.plan_problem:
        yield f"The plan that the pipeline's tags name cannot be used: {known.plan_problem.problem}"
    for (stage, region), judge in known.judges.items():
        if judge.without_turn:
            gates = ", ".join(judge.without_turn)
            yield f"{stage} · {region}: Crosscheck judged in place of {gates}, which did not get its turn."
    if known.execution is None:
        yield "No event of the execution itself has arrived; reconcile asks CodePipeline within two minutes."


def _region(part: RegionProgress) -> dict[str, Any]:
    return {
        "region": part.region,
        "state": part.state.value if part.state else None,
        "reason": part.reason,
        "follow_up": part.follow_up,
        "warning": part.warning,
        "gates": list(part.gates),
    }
