"""What is sent to Slack."""

import hashlib
import json
from dataclasses import dataclass
from typing import Any

from crosscheck.cards.layout import Block


@dataclass(frozen=True)
class Card:
    """What is sent to Slack. ``text`` is the plain form, for notifications and screen readers."""

    text: str
    blocks: list[Block]
    metadata: dict[str, Any]

    @property
    def digest(self) -> str:
        """The same for the same content; the version alone is no content."""
        payload = {key: value for key, value in self.metadata["event_payload"].items() if key != "version"}
        content = json.dumps([self.text, self.blocks, payload], sort_keys=True)
        return hashlib.sha256(content.encode()).hexdigest()
