"""Where a release deploys to, and what the ledger knows of it."""

from dataclasses import dataclass

from crosscheck.ledger.execution_facts import ActionState
from crosscheck.ledger.known_facts import KnownFacts
from crosscheck.ledger.pipeline_facts import Outline


@dataclass(frozen=True)
class DeployAction:
    """A deploy action: where it stands in the definition, and its latest run, None where it never began.

    ``gates`` are the stages that hold the gates that judge the region; empty if the fan-out judges.
    """

    stage: str
    region: str
    gates: tuple[str, ...]
    action: ActionState | None

    def precedes(self, at: float) -> bool:
        """Whether the latest run of the action began no later than what happened ``at`` that moment.

        What happened before it belongs to an earlier run: the action was retried since.
        """
        return self.action is not None and self.action.run.begun <= at


def deployments(known: KnownFacts) -> list[DeployAction]:
    """In the order of the definition; where that is unknown, in the order in which they were seen."""
    return _outlined(known.outline, known) if known.outline else _seen(known)


def _outlined(outline: Outline, known: KnownFacts) -> list[DeployAction]:
    actions = {(action.stage, action.action): action for action in known.actions}
    return [
        DeployAction(
            stage=stage.name,
            region=action.region,
            gates=known.judges[stage.name, action.region].gate_stages
            if (stage.name, action.region) in known.judges
            else (),
            action=actions.get((stage.name, action.name)),
        )
        for stage in outline.stages
        for action in stage.actions
        if action.category == "Deploy"
    ]


def _seen(known: KnownFacts) -> list[DeployAction]:
    seen = sorted((action for action in known.actions if action.category == "Deploy"), key=lambda each: each.run.at)
    return [DeployAction(action.stage, action.region, gates=(), action=action) for action in seen]
