"""Where a release deploys to, which images it deploys, and what the ledger knows of it."""

from collections.abc import Iterator
from dataclasses import dataclass

from crosscheck.contracts.verdicts import RegionVerdict, ReleasedImage
from crosscheck.errors import ConfigurationError
from crosscheck.images.reference import DIGEST, parse_reference
from crosscheck.ledger.execution_facts import ActionState, Outline
from crosscheck.ledger.known_facts import KnownFacts
from crosscheck.ledger.rollback_facts import RollbackProgress
from crosscheck.ledger.subjects import ImageSubject, Repository


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

        What happened before it belongs to an earlier run: the action was retried since. Of an action whose events were
        lost nothing tells that it was.
        """
        return self.action is None or self.action.run.begun <= at


def deployments(known: KnownFacts) -> list[DeployAction]:
    """In the order of the definition; where that is unknown, in the order in which they were seen."""
    if known.outline:
        return _outlined(known.outline, known)
    seen = sorted((action for action in known.actions if action.category == "Deploy"), key=lambda each: each.run.at)
    return [DeployAction(action.stage, action.region, gates=(), action=action) for action in seen]


def _outlined(outline: Outline, known: KnownFacts) -> list[DeployAction]:
    gates = {place: judge.gate_stages for place, judge in known.judges.items()}
    actions = {(action.stage, action.action): action for action in known.actions}
    return [
        DeployAction(
            stage=stage.name,
            region=action.region,
            gates=gates.get((stage.name, action.region), ()),
            action=actions.get((stage.name, action.name)),
        )
        for stage in outline.stages
        for action in stage.actions
        if action.category == "Deploy"
    ]


def rollback_of(deployment: DeployAction, known: KnownFacts) -> RollbackProgress | None:
    """What became of taking back the action's latest run; that of an earlier run may still be known after a retry."""
    rollback = known.rollback(deployment.stage, deployment.region)
    if rollback is None:
        return None
    same_run = rollback.attempt >= attempt_of(deployment, known)
    return rollback if same_run and deployment.precedes(rollback.at) else None


def attempt_of(deployment: DeployAction, known: KnownFacts) -> int:
    """The attempt of the action's latest run; where its events were lost, that of its stage."""
    return deployment.action.run.attempt if deployment.action else known.attempt_of(deployment.stage)


def images_of(known: KnownFacts) -> tuple[ImageSubject, ...]:
    """The images that lie in an ECR registry, as far as a judge resolved their digests; sorted, each once."""
    released = {image for verdict in known.verdicts for finding in verdict.judged.findings for image in finding.images}
    found = {subject.key: subject for image in released for subject in _in_ecr(image)}
    return tuple(found[key] for key in sorted(found))


def repositories_of(judged: RegionVerdict) -> frozenset[Repository]:
    """The ECR repositories of the images that a look has found."""
    images = (image for finding in judged.findings for image in finding.images)
    return frozenset(repository for image in images for repository in _repository(image))


def _in_ecr(image: ReleasedImage) -> Iterator[ImageSubject]:
    if DIGEST.fullmatch(image.digest):
        for repository in _repository(image):
            yield ImageSubject(repository.region, repository.name, image.digest)


def _repository(image: ReleasedImage) -> Iterator[Repository]:
    try:
        reference = parse_reference(image.reference)
    except ConfigurationError:
        return
    if reference.registry:
        yield Repository(reference.registry.region, reference.repository)
