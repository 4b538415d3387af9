"""From the facts of a subject to its release."""

from crosscheck.console import execution_url, is_console_url
from crosscheck.ledger.execution_facts import StageState
from crosscheck.ledger.known_facts import KnownFacts
from crosscheck.ledger.pipeline_facts import RecordedRevision
from crosscheck.ledger.states import State
from crosscheck.ledger.subjects import Subject
from crosscheck.releases.model import Failure, Release, SourceRevision, StageProgress
from crosscheck.releases.preflight import preflight
from crosscheck.releases.regions import regions_of

UNEXPLAINED = "CodePipeline gave no reason"


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
        preflight=preflight(known),
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
