"""From the facts of a subject to its release, or to the arrival of its image."""

from collections.abc import Iterator
from dataclasses import replace

from crosscheck.console import approval_url
from crosscheck.ledger.execution_facts import RecordedRevision, StageState
from crosscheck.ledger.image_facts import MOST_TAGS, REPLICATION
from crosscheck.ledger.known_facts import KnownFacts
from crosscheck.ledger.states import State
from crosscheck.ledger.subjects import ImageSubject, Subject
from crosscheck.releases.failures import failures_of
from crosscheck.releases.model import (
    Approval,
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
from crosscheck.releases.retries import retryable_stages

# What the regions say together is the first of these that one of them says.
_ARRIVAL_PRECEDENCE = (RegionState.FAILED, RegionState.VERIFYING, RegionState.UNKNOWN, RegionState.PASSED)

# A release that is being stopped ends with whatever is in progress: it waits for nobody.
_GOES_ON = frozenset({State.STARTED, State.RESUMED})


def fold(subject: Subject, known: KnownFacts) -> Release:
    """The release that the facts tell of; any order in which they arrived gives the same."""
    run = known.execution.run if known.execution else None
    ended = run is not None and run.state.terminal
    approvals = tuple(_approvals(subject, known)) if run is None or run.state in _GOES_ON else ()
    regions = tuple(regions_of(known, running=not ended))
    if approvals:
        regions = tuple(_with_what_ran(part, known) for part in regions)
    return Release(
        subject=subject,
        version=known.version,
        state=run.state if run else None,
        attempt=run.attempt if run else 0,
        started=run.first_started if run else None,
        seconds=run.seconds if run and ended else None,
        revision=_revision(known),
        stages=tuple(_stages(known)),
        regions=regions,
        failures=tuple(failures_of(subject, known, regions)),
        trigger=known.trigger.type,
        started_by=known.trigger.started_by,
        preflight=concerns_of(known),
        word=run.word if run else "",
        approvals=approvals,
        decisions=known.decisions,
        retryable=retryable_stages(known),
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
        tag=", ".join(image.newest_tags[:MOST_TAGS]) if image else "",
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
    run = stage.run
    return StageProgress(name, run.state, run.seconds if run.state.terminal else None, run.word)


def _approvals(subject: Subject, known: KnownFacts) -> Iterator[Approval]:
    """The approvals that are asked for, and not given yet."""
    declared = {
        (stage.name, each.name): each
        for stage in (known.outline.stages if known.outline else ())
        for each in stage.actions
    }
    for action in known.actions:
        run, stage = action.run, known.stages.get(action.stage)
        over = stage is not None and stage.run.state.terminal and stage.run.attempt >= run.attempt
        if action.category != "Approval" or run.state is not State.STARTED or over:
            continue
        of_definition = declared.get((action.stage, action.action))
        yield Approval(
            stage=action.stage,
            action=action.action,
            attempt=run.attempt,
            since=run.begun,
            url=approval_url(subject.region, subject.pipeline, action.stage, action.action, action.id),
            note=of_definition.note if of_definition else "",
            topic=of_definition.topic if of_definition else "",
        )


def _with_what_ran(part: RegionProgress, known: KnownFacts) -> RegionProgress:
    """A region that waits, with what the release would replace there: whoever approves wants to know it. Where nobody
    is asked it changes no card, which would take a call to Slack more."""
    seen = known.preflight(part.region)
    if part.state is not None or seen is None or not seen.ran:
        return part
    return replace(part, reason=f"at this release's start {seen.ran}")


def _revision(known: KnownFacts) -> SourceRevision:
    """From the Git trigger's event where there was one, else from what CodePipeline recorded at the source."""
    trigger, recorded = known.trigger, known.revision or RecordedRevision()
    return SourceRevision(
        commit=trigger.commit or recorded.commit,
        message=trigger.message or recorded.message,
        author=trigger.author,
        branch=trigger.branch,
        tag=trigger.tag,
        url=recorded.url,
    )


def _region(region: str, known: KnownFacts) -> RegionProgress:
    for verdict in known.verdicts_on(REPLICATION, region):
        return progress_of(verdict, running=True)
    return RegionProgress(region, RegionState.VERIFYING)
