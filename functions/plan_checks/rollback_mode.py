"""What may be done about a region that failed: pure, with the reason in words."""

from collections.abc import Collection, Iterable
from enum import StrEnum

from crosscheck.pipelines.definition import StageDefinition

# An event that comes so late says nothing about what is in service now.
STALE_SECONDS = 3_600.0
ROLLBACK, RETRY = "ROLLBACK", "RETRY"
# CodePipeline may list an action as in progress a moment longer than its stage.
_MAY_HAVE_SUCCEEDED = frozenset({"Succeeded", "InProgress"})


class Mode(StrEnum):
    """The values of RollbackMode, the most careful first."""

    OFF = "off"
    SUGGEST = "suggest"
    AUTO = "auto"


def rollback_mode(
    ceiling: Mode,
    tag: str = "",
    gates: Collection[str] = (),
    *,
    dry_run: bool = False,
    is_rollback: bool = False,
    age: float = 0.0,
) -> Mode:
    """``off`` is a ceiling; below it the gate prevails over the tag, and the tag over the parameter.

    Of several gates the most careful one counts. A rollback is never rolled back, and a dry run touches nothing. What
    is not understood, or comes late, is only suggested.

    ``ceiling`` is the stack's parameter, ``tag`` what the pipeline's tag says, and ``gates`` is the ``rollback`` of
    each gate of the region, empty where they say nothing. ``age`` is how many seconds ago the stage finished.
    """
    if ceiling is Mode.OFF or dry_run or is_rollback:
        return Mode.OFF
    wanted = {gate or tag or ceiling.value for gate in gates or ("",)}
    understood = [mode for mode in Mode if mode.value in wanted]
    careful = understood[0] if understood else Mode.SUGGEST
    unclear = len(understood) < len(wanted) or age > STALE_SECONDS
    return Mode.SUGGEST if careful is Mode.AUTO and unclear else careful


def without_lift(mode: Mode, ceiling: Mode, *, may_fail_a_region: bool) -> Mode:
    """The mode where what gates, tags and plans say may lower it, and never makes Crosscheck act.

    ``may_fail_a_region`` says that they ask for what may fail a region that would pass otherwise: whoever asked would
    roll it back, so that it is only suggested.
    """
    allowed = {mode, ceiling, Mode.SUGGEST} if may_fail_a_region else {mode, ceiling}
    return next(each for each in Mode if each in allowed)


def is_to_go_back(failed: StageDefinition, statuses: Iterable[str]) -> bool:
    """Whether the definition has CodePipeline take a stage back that failed; ``statuses`` are those of its actions that
    have run. A condition of its success is looked at only once all of them have succeeded.
    https://docs.aws.amazon.com/codepipeline/latest/userguide/stage-conditions.html
    """
    condition = failed.on_success_rollback and _MAY_HAVE_SUCCEEDED.issuperset(statuses)
    return condition or failed.on_failure == ROLLBACK


def left_to_codepipeline(
    deployed: StageDefinition, finished: StageDefinition, *, retried: bool, goes_back: bool
) -> str:
    """Why CodePipeline itself takes the stage ``deployed`` back, or tries again; empty where it does not.

    ``finished`` is the stage that failed: the same, or that of the gate. CodePipeline acts where a stage fails, and
    retries it by itself once: ``retried`` says that it has, ``goes_back`` that it takes it back. A rollback of the
    gate's stage repeats the gate and takes nothing back, so it is not waited for.
    """
    if finished.on_failure == RETRY and not retried:
        return _own(finished, RETRY)
    if deployed.name != finished.name or not goes_back:
        return ""
    if deployed.on_failure == ROLLBACK:
        return _own(deployed, ROLLBACK)
    return f"a condition of stage {deployed.name} rolls it back: left to CodePipeline"


def _own(stage: StageDefinition, result: str) -> str:
    """What rules say is known only after the stage has failed: CodePipeline may do nothing."""
    condition = ", if its rules say so" if any(rule.on_failure for rule in stage.rules) else ""
    return f"stage {stage.name} has its own onFailure {result}{condition}: left to CodePipeline"
