"""A click on its way from the Function URL to whoever acts on it, as a message of the decisions queue."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from crosscheck.decisions.request import DecisionRequest, parse_request
from crosscheck.errors import ConfigurationError
from crosscheck.size_limits import parse_json

REASON_LIMIT = 300
# SQS drops what has the same id for five minutes: whoever is told to try again is heard after these seconds.
DOUBLE_CLICK_SECONDS = 10


@dataclass(frozen=True)
class Click:
    """Who clicked, where and when (epoch seconds). ``team`` is the person's workspace; ``response_url`` is where
    Slack takes an answer that only that person sees. ``reason`` is what they wrote."""

    request: DecisionRequest
    user: str
    team: str
    channel: str
    at: float
    response_url: str
    reason: str = ""

    @property
    def id(self) -> str:
        """The same for a double click of the same person, as SQS wants it. The claim catches one that falls into two
        slots of time."""
        slot = self.at // DOUBLE_CLICK_SECONDS
        return hashlib.sha256(f"{self.request.value}|{self.user}|{slot:.0f}".encode()).hexdigest()

    @property
    def holder(self) -> str:
        """The holder of the claim that this click takes; it begins with the person."""
        return f"{self.user} {self.at:.6f}"

    def to_message(self) -> str:
        """The click as a message."""
        return json.dumps({**asdict(self), "request": self.request.value})


def parse_click(message: str) -> Click:
    """The click of a message.

    Raises:
        ConfigurationError: no ``to_message`` wrote it.
    """
    try:
        parts: Mapping[str, Any] = parse_json(message)
        return Click(**{**parts, "at": float(parts["at"]), "request": parse_request(parts["request"])})
    except (KeyError, TypeError, ValueError) as error:
        raise ConfigurationError(f"not a click: {type(error).__name__}") from None


def holder_of(claim: str) -> str:
    """The person of a claim's holder."""
    return claim.partition(" ")[0]
