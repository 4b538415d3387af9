"""What a group runs, as rollbacks know it: a revision, and with ECS the digest of each container's image.

The revision alone does not say it where its task definition names an image by a tag: deployed again, ECS resolves the
tag anew.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from crosscheck.services.ecs.state import parse_digests
from crosscheck.size_limits import parse_json


@dataclass(frozen=True)
class GroupState:
    """``revision`` is the text of a ``DeployedRevision``, empty where nothing is known; ``digests`` are by container,
    without those that ECS does not tell."""

    revision: str
    digests: Mapping[str, str] = field(default_factory=dict)

    @property
    def text(self) -> str:
        """The state as the ledger keeps it: a baseline. Without digests it is the revision."""
        if not self.digests:
            return self.revision
        return json.dumps({"revision": self.revision, "digests": dict(self.digests)}, sort_keys=True)

    @property
    def digests_text(self) -> str:
        """The digests as a check's parameter."""
        return json.dumps(dict(self.digests), sort_keys=True)

    def differs(self, other: GroupState) -> bool:
        """Whether the other one is known to be something else; what one of them does not tell is no difference."""
        shared = self.digests.keys() & other.digests.keys()
        return self.revision != other.revision or any(self.digests[name] != other.digests[name] for name in shared)


UNKNOWN = GroupState("")


def parse_group_state(text: str) -> GroupState:
    """A baseline. A text that is no JSON object is a revision of which no digest is known."""
    if not text.startswith("{"):
        return GroupState(text)
    written = parse_json(text)
    return GroupState(written["revision"], parse_digests(json.dumps(written["digests"])))
