"""From the facts of a subject to its release, or to the arrival of its image."""

from crosscheck.console import execution_url, is_console_url
from crosscheck.ledger.execution_facts import RecordedRevision, StageState
from crosscheck.ledger.image_facts import REPLICATION
from crosscheck.ledger.known_facts import KnownFacts
from crosscheck.ledger.states import State
from crosscheck.ledger.subjects import ImageSubject, Subject
from crosscheck.releases.model import (
    Failure,
    ImageArrival,
    RegionProgress,
    RegionState,
    Release,
    SourceRevision,
    StageProgress,
)
from crosscheck.releases.preflight import concerns_of
from crosscheck.releases.region_verdicts import progress_of
from crosscheck.releases.regions import regions_of

UNEXPLAINED = "CodePipeline gave no reason"
# What the regions say together is the first of these that one of them says.
_ARRIVAL_PRECEDENCE = (RegionState.FAILED, RegionState.VERIFYING, RegionState.UNKNOWN, RegionState.PASSED)


def fold(subject: Subject, known: KnownFacts) -> Release:
    """The release that the facts tell of; any order in which they arrived gives the same."""
    run = known.execution.run if known.execution else None
    ended = run is not None and run.state.terminal
    return Release(
        subject=subject,
        version=known.version,
        state=run.state if run else None,
        attempt=run.attempt if run else 0,
        started=run.first_started if run else None,
        seconds=run.seconds if run and ended else None,
        revision=_revision(known),
        stages=tuple(_stages(known)),
        regions=tuple(regions_of(known, running=not ended)),
        failures=tuple(_failures(subject, known)),
        trigger=known.trigger.type,
        preflight=concerns_of(known),
    )


def fold_image(subject: ImageSubject, known: KnownFacts) -> ImageArrival:
    """What the facts tell of an image; a region of which nothing is known yet is being verified."""
    destinations, image = known.destinations, known.image
    regions = tuple(_region(region, known) for region in (destinations.regions if destinations else ()))
    states = {part.state for part in regions}
    return ImageArrival(
        subject=subject,
        version=known.version,
        state=next((state for state in _ARRIVAL_PRECEDENCE if state in states), RegionState.VERIFYING),
        tag=image.tag if image else "",
        pushed=image.pushed if image else None,
        regions=regions,
    )


def _stages(known: KnownFacts) -> list[StageProgress]:
    """The stages in the order of the definition; where that is unknown, in the order in which they began."""
    names = [stage.name for stage in known.outline.stages] if known.outline else []
    unlisted = sorted(known.stages.keys() - set(names), key=lambda name: (known.stages[name].run.at, name))
    return [_stage(name, known.stages.get(name)) for name in (*names, *unlisted)]


def _stage(name: str, stage: StageState | None) -> StageProgress:
    if stage is None:
        return StageProgress(name, None)
    return StageProgress(name, stage.run.state, stage.run.seconds if stage.run.state.terminal else None)


def _failures(subject: Subject, known: KnownFacts) -> list[Failure]:
    failed = [action for action in known.actions if action.run.state is State.FAILED]
    page = execution_url(subject.region, subject.pipeline, subject.execution)
    return [
        Failure(
            stage=action.stage,
            action=action.action,
            region=action.region,
            reason=action.summary or action.error_code or UNEXPLAINED,
            url=action.url if is_console_url(action.url) else page,
        )
        for action in sorted(failed, key=lambda action: (action.run.at, action.stage, action.action))
    ]


def _revision(known: KnownFacts) -> SourceRevision:
    """From the Git trigger's event where there was one, else from what CodePipeline recorded at the source."""
    trigger, recorded = known.trigger, known.revision or RecordedRevision()
    return SourceRevision(
        commit=trigger.commit or recorded.commit,
        message=trigger.message or recorded.message,
        author=trigger.author,
        branch=trigger.branch,
        url=recorded.url,
    )


def _region(region: str, known: KnownFacts) -> RegionProgress:
    for verdict in known.verdicts_on(REPLICATION, region):
        return progress_of(verdict, running=True)
    return RegionProgress(region, RegionState.VERIFYING)
