"""What CodePipeline's events tell: the execution, its stages, its actions. Pure."""

from collections.abc import Iterator

from crosscheck.cards import signs
from crosscheck.cards.layout import duration
from crosscheck.cards.summary import how_it_began
from crosscheck.contracts.verdicts import Verdict
from crosscheck.ledger.execution_facts import ActionState, ReportedRun, Trigger
from crosscheck.ledger.known_facts import KnownFacts
from crosscheck.ledger.states import State
from crosscheck_cli.story.entry import Source, StoryEntry

_BEGUN = signs.of_state(State.STARTED)[0]
# Comes after every stage: no stage's name holds a slash.
AFTER_ALL = "/"
_WAITS = ":raised_hand:"
# Actions whose beginning matters: something changes, or somebody has to act.
_NOTABLE = frozenset({"Approval", "Deploy"})


def begun(known: KnownFacts) -> Iterator[StoryEntry]:
    """When the release, its stages and its actions began, each attempt that an event reported."""
    if known.execution:
        for attempt, start in sorted(known.execution.run.starts.items()):
            yield _entry(start, "release", _BEGUN, f"began{_attempt(attempt)}", _caused_by(known.trigger, attempt))
    for stage in known.stages.values():
        for attempt, start in sorted(stage.run.starts.items()):
            yield _entry(start, stage.stage, _BEGUN, f"began{_attempt(attempt)}", stage=stage.stage, minor=True)
    for action in known.actions:
        for attempt, start in sorted(action.run.starts.items()):
            yield _action_begun(action, attempt, start)


def ended(known: KnownFacts) -> Iterator[StoryEntry]:
    """What its actions, its stages and the release came to, by the latest event of each."""
    objected = {said.judge for said in known.verdicts if said.final and said.judged.verdict is not Verdict.PASS}
    for action in known.actions:
        if action.run.state.terminal or _odd(action.run):
            why = [action.summary, f"error code {action.error_code}" if action.error_code else "", action.url]
            told_by_look = f"{action.stage}/{action.action}" in objected
            told = tuple(filter(None, why)) if _bad(action.run) and not told_by_look else ()
            yield _ended(_place(action), action.run, told, stage=action.stage)
    for stage in known.stages.values():
        if stage.run.state.terminal or _odd(stage.run):
            minor = not _bad(stage.run) or stage.run.state is State.FAILED
            yield _ended(stage.stage, stage.run, stage=stage.stage, minor=minor)
    if known.execution and (known.execution.run.state.terminal or _odd(known.execution.run)):
        yield _ended("release", known.execution.run, stage=AFTER_ALL)


def held_up(known: KnownFacts) -> Iterator[StoryEntry]:
    """The actions that held the release up, at their beginning: nothing tells when that was noticed."""
    for stuck in known.stuck:
        text = "held the release up: in progress for an hour in which nothing else happened"
        yield _entry(stuck.started, f"{stuck.stage} / {stuck.action}", ":warning:", text, stage=stuck.stage)


def _action_begun(action: ActionState, attempt: int, start: float) -> StoryEntry:
    if action.category == "Approval":
        asked = f"asked for an approval{_attempt(attempt)}"
        return _entry(start, _place(action), _WAITS, asked, stage=action.stage)
    text = f"began{_attempt(attempt)}{f' ({action.provider})' if action.provider else ''}"
    minor = action.category not in _NOTABLE
    return _entry(start, _place(action), _BEGUN, text, stage=action.stage, minor=minor)


def _ended(
    where: str, run: ReportedRun, why: tuple[str, ...] = (), *, stage: str = "", minor: bool = False
) -> StoryEntry:
    sign, word = signs.of_state(run.state, run.word)
    began = run.starts.get(run.attempt)
    took = f" · {duration(run.at - began)}" if began is not None and run.at >= began else ""
    return _entry(run.at, where, sign, f"{word}{took}{_attempt(run.attempt)}", why, stage=stage, minor=minor)


def _caused_by(trigger: Trigger, attempt: int) -> tuple[str, ...]:
    if attempt > 1:
        return ()
    parts = (
        how_it_began(trigger.type, trigger.started_by),
        f"a change in Git by {trigger.author}" if trigger.author else "",
        f"commit {trigger.commit[:12]}" if trigger.commit else "",
        f"on {trigger.branch}" if trigger.branch else "",
        f"“{trigger.message}”" if trigger.message else "",
    )
    told = ", ".join(filter(None, parts))
    return (told,) if told else ()


def _bad(run: ReportedRun) -> bool:
    return run.state not in {State.SUCCEEDED, State.SKIPPED}


def _odd(run: ReportedRun) -> bool:
    """A state that is neither an ordinary progress nor an end, and is worth a line."""
    return run.state in {State.STOPPING, State.UNKNOWN}


def _place(action: ActionState) -> str:
    where = f"{action.stage} / {action.action}"
    return f"{where} · {action.region}" if action.region and action.category == "Deploy" else where


def _attempt(attempt: int) -> str:
    return f" (attempt {attempt})" if attempt > 1 else ""


def _entry(
    at: float, where: str, sign: str, text: str, why: tuple[str, ...] = (), *, stage: str = "", minor: bool = False
) -> StoryEntry:
    return StoryEntry(at, Source.EVENT, where, sign, text, why, minor, stage)
