"""When what happened in a release: from its facts to spans on a time axis. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from crosscheck.ledger.execution_facts import ActionState, ReportedRun
from crosscheck.ledger.known_facts import KnownFacts
from crosscheck.ledger.states import State
from crosscheck.ledger.verdict_facts import JudgeVerdict
from crosscheck.releases.deployments import DeployAction, deployments, rollback_of
from crosscheck.releases.region_verdicts import progress_of
from render_widget import drawn_signs
from render_widget.drawn_signs import Look

MOST_SPANS = 80


@dataclass(frozen=True)
class TimelineSpan:
    """Something that took its time. Times are in epoch seconds; ``ended`` None: it goes on. ``depth`` 0 is a stage,
    1 an action, 2 what was looked at or done because of it."""

    name: str
    depth: int
    began: float
    ended: float | None
    look: Look


@dataclass(frozen=True)
class Timeline:
    """The spans in the order of the definition, from the first beginning to the last end; ``left_out`` of them are not
    there. ``until`` is the present while anything goes on."""

    spans: tuple[TimelineSpan, ...]
    since: float
    until: float
    left_out: int


def timeline(known: KnownFacts, now: float) -> Timeline:
    """The timeline of a release at this moment (epoch seconds)."""
    spans = list(_spans(known, ended=_has_ended(known)))
    if not spans:
        return Timeline((), now, now + 1, 0)
    since = min(span.began for span in spans)
    until = max(now if span.ended is None else span.ended for span in spans)
    return Timeline(tuple(spans[:MOST_SPANS]), since, max(until, since + 1), max(0, len(spans) - MOST_SPANS))


def _has_ended(known: KnownFacts) -> bool:
    return known.execution is not None and known.execution.run.state.terminal


def _spans(known: KnownFacts, *, ended: bool) -> Iterator[TimelineSpan]:
    deployed = {(each.action.stage, each.action.action): each for each in deployments(known) if each.action}
    listed = [stage.name for stage in known.outline.stages] if known.outline else []
    begun = {stage.stage: stage.run.begun for stage in known.stages.values()}
    begun |= {action.stage: action.run.begun for action in known.actions if action.stage not in begun}
    for stage in sorted(begun, key=lambda name: (listed.index(name) if name in listed else len(listed), begun[name])):
        if stage in known.stages:
            run = known.stages[stage].run
            yield _run(stage, 0, run, run.first_started)
        actions = [action for action in known.actions if action.stage == stage]
        for action in sorted(actions, key=lambda each: (each.run.begun, each.action)):
            where = f"{action.action} · {action.region}" if action.region else action.action
            yield _action(where, action, ended=ended)
            deployment = deployed.get((stage, action.action))
            if deployment:
                yield from _judged(deployment, action.run, known, ended=ended)


def _action(name: str, action: ActionState, *, ended: bool) -> TimelineSpan:
    run = action.run
    span = _run(name, 1, run, run.starts.get(run.attempt))
    asks = action.category == "Approval" and run.state is State.STARTED and not ended
    return replace(span, look=drawn_signs.waiting_for_a_person("waits for approval")) if asks else span


def _run(name: str, depth: int, run: ReportedRun, began: float | None) -> TimelineSpan:
    end = run.at if run.state.terminal else None
    since = run.begun if began is None else began
    return TimelineSpan(name, depth, min(since, run.at), end, drawn_signs.of_state(run.state, run.word))


def _judged(deployment: DeployAction, run: ReportedRun, known: KnownFacts, *, ended: bool) -> Iterator[TimelineSpan]:
    """How long each judge looked at what an action brought, and how long taking it back took."""
    said = [
        verdict for verdict in known.verdicts_on(deployment.stage, deployment.region) if deployment.precedes(verdict.at)
    ]
    since = run.at if run.state.terminal else run.begun
    for verdict in said:
        yield _verdict(verdict, min(since, verdict.at), ended=ended)
    rollback = rollback_of(deployment, known)
    if rollback:
        failed = max((verdict.at for verdict in said if verdict.at <= rollback.at), default=min(since, rollback.at))
        look = drawn_signs.of_rollback(rollback.state)
        done = None if rollback.state.rank == 0 else rollback.at
        yield TimelineSpan(f"{rollback.region} · rollback", 2, failed, done, look)


def _verdict(verdict: JudgeVerdict, since: float, *, ended: bool) -> TimelineSpan:
    running = not (verdict.judge and ended)
    progress = progress_of(verdict, running=running)
    who = f"verified by {verdict.judge.rpartition('/')[2]}" if verdict.judge else "verified"
    done = verdict.at if verdict.final or not running else None
    return TimelineSpan(f"{progress.region} · {who}", 2, since, done, drawn_signs.of_region(progress.state))
