"""What a service runs, as rollbacks know it: a task definition, and the digest of each container's image.

The task definition alone does not say it where it names an image by a tag: deployed again, ECS resolves the tag anew.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from crosscheck.images.reference import DIGEST
from crosscheck.services.ecs.service import ServiceSnapshot
from crosscheck.size_limits import parse_json


@dataclass(frozen=True)
class ServiceState:
    """``task_definition`` is an ARN; ``digests`` are by container, without those that ECS does not tell."""

    task_definition: str
    digests: Mapping[str, str] = field(default_factory=dict)

    @property
    def text(self) -> str:
        """The state as the ledger keeps it: a baseline."""
        return json.dumps({"taskDefinition": self.task_definition, "digests": dict(self.digests)}, sort_keys=True)

    @property
    def digests_text(self) -> str:
        """The digests as a check's parameter."""
        return json.dumps(dict(self.digests), sort_keys=True)

    def differs(self, other: ServiceState) -> bool:
        """Whether the other one is known to run something else; what one of them does not tell is no difference."""
        shared = self.digests.keys() & other.digests.keys()
        return self.task_definition != other.task_definition or any(
            self.digests[container] != other.digests[container] for container in shared
        )


def parse_state(text: str) -> ServiceState | None:
    """A baseline; None for an empty text. Any other text names a task definition, of which no digest is known."""
    if not text.startswith("{"):
        return ServiceState(text) if text else None
    written = parse_json(text)
    return ServiceState(written["taskDefinition"], parse_digests(json.dumps(written["digests"])))


def parse_digests(text: str) -> Mapping[str, str]:
    """Digests by container, as a check's parameter has them: a JSON object."""
    found: Mapping[str, str] = parse_json(text or "{}")
    return {container: digest for container, digest in found.items() if DIGEST.fullmatch(digest)}


def running_state(seen: ServiceSnapshot) -> ServiceState | None:
    """What a service runs; None where it has no task definition. A container whose tasks differ has no digest."""
    if not seen.task_definition:
        return None
    tasks = [task for task in seen.tasks if task.status == "RUNNING" and task.task_definition == seen.task_definition]
    found = {name: {task.digests.get(name, "") for task in tasks} for name in seen.images}
    return ServiceState(
        seen.task_definition,
        {
            name: digest
            for name, each in found.items()
            if len(each) == 1 and DIGEST.fullmatch(digest := next(iter(each)))
        },
    )
