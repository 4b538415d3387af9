"""What a button offers and asks for. Its value names the release, the place and the attempt, so that an old button
never acts on something new."""

import json
import re
from dataclasses import dataclass, replace
from typing import Self

from crosscheck.errors import ConfigurationError
from crosscheck.ledger.decision_facts import DecisionKind
from crosscheck.ledger.subjects import Subject, parse_subject
from crosscheck.size_limits import parse_json

# Slack takes 2,000 characters; https://docs.slack.dev/reference/block-kit/block-elements/button-element
VALUE_LIMIT = 2_000
MOST = 1_000_000
# The names of stages, actions and regions, and the ids of checks
_NAME = re.compile(r"[A-Za-z0-9.@_-]{0,100}")
# What two people can decide differently is one question.
_APPROVAL = "approval"


@dataclass(frozen=True)
class DecisionRequest:
    """What a click asks for. ``place`` is an approval's action, the region to roll back, or the id of a check to skip.

    ``attempt`` is the attempt of the stage, or of the execution, that the button was drawn for; ``round`` counts the
    decisions on the same question that came to nothing before.
    """

    kind: DecisionKind
    release: Subject
    stage: str = ""
    place: str = ""
    attempt: int = 0
    round: int = 0

    @property
    def matter(self) -> str:
        """What is decided, in whichever round."""
        topic = _APPROVAL if self.kind in {DecisionKind.APPROVE, DecisionKind.REJECT} else self.kind.value
        return "/".join(filter(None, (topic, self.stage, self.place, str(self.attempt))))

    @property
    def question(self) -> str:
        """What can be decided once: approving and rejecting are two answers to one question."""
        return f"{self.matter}/{self.round}"

    @property
    def value(self) -> str:
        """The request as a button's value."""
        parts = (self.kind.value, self.release.key, self.stage, self.place, self.attempt, self.round)
        return json.dumps(parts, separators=(",", ":"))

    def at(self, place: str) -> Self:
        """The same request about another place."""
        return replace(self, place=place)


@dataclass(frozen=True)
class Offer:
    """Something that can be decided now. ``where`` names the place for people; ``consequence`` is what it will do,
    empty where no confirmation is asked for."""

    request: DecisionRequest
    where: str = ""
    consequence: str = ""


def parse_request(value: str) -> DecisionRequest:
    """The request of such a value.

    Raises:
        ConfigurationError: it is none that a button of ours has.
    """
    problem = ConfigurationError("not the value of a button of Crosscheck's")
    try:
        if len(value) > VALUE_LIMIT:
            raise problem
        kind, key, stage, place, attempt, number = parse_json(value)
        kind, release = DecisionKind(kind), parse_subject(key)
    except (AttributeError, TypeError, ValueError, ConfigurationError):
        raise problem from None
    named = all(isinstance(name, str) and _NAME.fullmatch(name) for name in (stage, place))
    counted = all(type(each) is int and 0 <= each <= MOST for each in (attempt, number))
    if not named or not counted or not isinstance(release, Subject):
        raise problem
    return DecisionRequest(kind, release, stage, place, attempt, number)
