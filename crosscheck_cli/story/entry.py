"""A line of the story."""

from dataclasses import dataclass
from enum import StrEnum


class Source(StrEnum):
    """Who says so."""

    EVENT = "event"  # CodePipeline, by a state change
    PREFLIGHT = "preflight"  # Crosscheck, before anything was deployed
    LOOK = "look"  # a gate, or Crosscheck by itself
    ROLLBACK = "rollback"  # Crosscheck, about what it took back
    PERSON = "person"  # somebody, by a click
    IMAGE = "image"  # a registry's event, or a look at one

    @property
    def meaning(self) -> str:
        """Who says so, for somebody who does not know Crosscheck."""
        return _MEANINGS[self]


_MEANINGS = {
    Source.EVENT: "CodePipeline reported it",
    Source.PREFLIGHT: "Crosscheck looked before anything was deployed",
    Source.LOOK: "a gate, or Crosscheck by itself, looked at what runs in the region",
    Source.ROLLBACK: "Crosscheck took the region back, or says why not",
    Source.PERSON: "somebody clicked in Slack",
    Source.IMAGE: "an image was pushed, or looked for in a region",
}


@dataclass(frozen=True)
class StoryEntry:
    """Something that happened ``at`` that moment (epoch seconds), in words; ``why`` are lines below it.

    ``sign`` is the shortcode of a state. What is ``minor`` is true and tells a reader little. ``stage`` is the stage in
    which it happened, empty for what happened in none.
    """

    at: float
    source: Source
    where: str
    sign: str
    text: str
    why: tuple[str, ...] = ()
    minor: bool = False
    stage: str = ""
