"""Where a release deploys to, and what the ledger knows of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from crosscheck.ledger import facts
from crosscheck.ledger.table import Record

type Records = Mapping[str, Record]

# CodePipeline's words for what starts an execution that takes one stage back, and runs no other.
ROLLBACKS = frozenset({"ManualRollback", "AutomatedRollback"})


@dataclass(frozen=True)
class DeployAction:
    """A deploy action: where it stands in the definition, and its fact where there is one.

    ``gated``: gates verify its stage; ``gates`` are the stages that hold them, as far as they are known. A rollback has
    only those of the stage itself.
    """

    stage: str
    region: str
    gated: bool
    gates: tuple[str, ...]
    record: Record | None

    @property
    def latest(self) -> Mapping[str, Any]:
        """What is known of the action's latest run; empty where it never began."""
        return self.record.latest if self.record else {}

    def precedes(self, at: str) -> bool:
        """Whether the latest run of the action began no later than what happened ``at`` that moment.

        What happened before it belongs to an earlier run: the action was retried since.
        """
        begun = self.latest.get("started") or self.latest["at"]
        return datetime.fromisoformat(begun) <= datetime.fromisoformat(at)


def deployments(records: Records) -> list[DeployAction]:
    """In the order of the definition; where that is unknown, in the order in which they were seen."""
    outline = records.get(facts.OUTLINE)
    return _outlined(outline.latest, records) if outline else _seen(records)


def _outlined(outline: Mapping[str, Any], records: Records) -> list[DeployAction]:
    # Versions before the fan-out wrote no "gates".
    gates = {name: tuple(gates) for name, gates in outline.get("gates", {}).items()}
    gated = set(outline["gated"])
    if _is_rollback(records):
        gates = {name: (name,) for name in gates if name in gates[name]}
        gated &= gates.keys()
    return [
        DeployAction(
            stage=stage["name"],
            region=action["region"],
            gated=stage["name"] in gated,
            gates=gates.get(stage["name"], ()),
            record=records.get(facts.action(stage["name"], action["name"])),
        )
        for stage in outline["stages"]
        for action in stage["actions"]
        if action["category"] == "Deploy"
    ]


def _is_rollback(records: Records) -> bool:
    pipeline = records.get(facts.PIPELINE)
    trigger = pipeline.once.get("trigger", {}) if pipeline else {}
    return trigger.get("type", "") in ROLLBACKS


def _seen(records: Records) -> list[DeployAction]:
    seen = [record for record in records.values() if record.latest.get("category") == "Deploy"]
    return [
        DeployAction(record.latest["stage"], record.latest["region"], gated=False, gates=(), record=record)
        for record in sorted(seen, key=lambda record: (record.latest["at"], record.name))
    ]
