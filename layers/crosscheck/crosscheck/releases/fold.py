"""From the facts of a subject to its release."""

from collections.abc import Mapping
from datetime import datetime

from crosscheck.console import execution_url, is_console_url
from crosscheck.ledger import facts
from crosscheck.ledger.states import State
from crosscheck.ledger.subjects import Subject
from crosscheck.ledger.table import Record, version
from crosscheck.releases.model import Failure, Release, SourceRevision, StageProgress
from crosscheck.releases.preflight import preflight
from crosscheck.releases.regions import regions_of

type Records = Mapping[str, Record]

UNEXPLAINED = "CodePipeline gave no reason"


def fold(subject: Subject, records: Records) -> Release:
    """The release that the facts tell of; any order in which they arrived gives the same."""
    pipeline = records.get(facts.PIPELINE)
    state = _state(pipeline)
    started, seconds = _span(pipeline)
    return Release(
        subject=subject,
        version=version(records),
        state=state,
        attempt=pipeline.latest.get("attempt", 0) if pipeline else 0,
        started=_first_start(pipeline),
        seconds=seconds if started and state and state.terminal else None,
        revision=_revision(records),
        stages=tuple(_stages(records)),
        regions=tuple(regions_of(records, running=not (state and state.terminal))),
        failures=tuple(_failures(subject, records)),
        trigger=pipeline.once.get("trigger", {}).get("type", "") if pipeline else "",
        preflight=preflight(records),
    )


def _state(record: Record | None) -> State | None:
    return State(record.latest["state"]) if record and record.latest else None


def _first_start(record: Record | None) -> datetime | None:
    """When the first known attempt began."""
    starts = [value for name, value in record.once.items() if name.startswith("started_")] if record else []
    return min(map(datetime.fromisoformat, starts), default=None)


def _span(record: Record | None) -> tuple[datetime | None, float | None]:
    """When it began, and how many seconds passed until its latest state."""
    started = _first_start(record)
    if not record or not record.latest or not started:
        return started, None
    ended = datetime.fromisoformat(record.latest["at"])
    return started, max(0.0, (ended - started).total_seconds())


def _stages(records: Records) -> list[StageProgress]:
    """The stages in the order of the definition; where that is unknown, in the order in which they began."""
    known = {record.latest["stage"]: record for name, record in records.items() if _is_stage(name, record)}
    outline = records.get(facts.OUTLINE)
    names = [stage["name"] for stage in outline.latest["stages"]] if outline else []
    unlisted = sorted(known.keys() - set(names), key=lambda name: (known[name].latest["at"], name))
    return [_stage(name, known.get(name)) for name in (*names, *unlisted)]


def _is_stage(name: str, record: Record) -> bool:
    return name.startswith(facts.stage("")) and bool(record.latest)


def _stage(name: str, record: Record | None) -> StageProgress:
    state = _state(record)
    _, seconds = _span(record)
    return StageProgress(name, state, seconds if state and state.terminal else None)


def _failures(subject: Subject, records: Records) -> list[Failure]:
    failed = [
        record.latest
        for name, record in sorted(records.items())
        if name.startswith(facts.action("", "")[:-1]) and record.latest.get("state") == State.FAILED
    ]
    page = execution_url(subject.region, subject.pipeline, subject.execution)
    return [
        Failure(
            stage=latest["stage"],
            action=latest["action"],
            region=latest.get("region", ""),
            reason=latest.get("summary") or latest.get("error_code") or UNEXPLAINED,
            url=latest["url"] if is_console_url(latest.get("url", "")) else page,
        )
        for latest in sorted(failed, key=lambda latest: (latest["at"], latest["stage"], latest["action"]))
    ]


def _revision(records: Records) -> SourceRevision:
    """From the Git trigger's event where there was one, else from what CodePipeline recorded at the source."""
    pipeline, looked_up = records.get(facts.PIPELINE), records.get(facts.REVISION)
    trigger = pipeline.once.get("trigger", {}) if pipeline else {}
    source = looked_up.latest if looked_up else {}
    return SourceRevision(
        **{name: trigger.get(name) or source.get(name, "") for name in ("commit", "message", "author", "branch", "url")}
    )
