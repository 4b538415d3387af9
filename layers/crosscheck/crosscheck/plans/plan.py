"""The checks of every region: derived from the deploy actions, added by a plan, or made when an execution starts."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from crosscheck.contracts.check import PlannedCheck
from crosscheck.errors import ConfigurationError
from crosscheck.pipelines.definition import PipelineDefinition
from crosscheck.pipelines.runs import ActionRun
from crosscheck.pipelines.scope import Scope
from crosscheck.plans.added import added_checks
from crosscheck.plans.derived import derive, derive_parity
from crosscheck.registry.services import EVERY_CHECK

# So many counters fit into a continuation token; a stage has at most 50 actions.
CHECK_LIMIT = 120


@dataclass(frozen=True)
class Plan:
    """What a judge looks at: the checks of one stage, each in its region."""

    stage: str
    checks: tuple[PlannedCheck, ...]


def make_plan(
    scope: Scope,
    runs: Mapping[tuple[str, str], ActionRun],
    entries: Sequence[Mapping[str, Any]] = (),
    account: str = "",
) -> Plan:
    """The plan for a scope. ``runs`` are those of the whole execution, ``account`` is the pipeline's, ``entries`` are a
    plan's ``checks``.

    Raises:
        ConfigurationError: of ``added_checks``, and for more checks than a token can count or tell apart.
    """
    found = (derive(action, runs.get((action.stage, action.name)), account) for action in scope.actions)
    checks = _last_of_each([check for check in found if check])
    derived = {check.key for check in checks}
    added = added_checks(entries, scope, checks)
    checks += {check.key: check for check in added if check.key not in derived}.values()
    if len(checks) > CHECK_LIMIT:
        raise ConfigurationError(f"checks: {len(checks)} checks are planned; a gate takes at most {CHECK_LIMIT}")
    checks += _parity(scope, runs)[: CHECK_LIMIT - len(checks)]  # no plan that fitted before it does not fit with it
    _tell_apart(checks)
    return Plan(scope.stage, tuple(_since_the_release(checks)))


def _last_of_each(checks: Sequence[PlannedCheck]) -> list[PlannedCheck]:
    """Several actions may deploy to the same thing, one after the other: what the last of them brought is there. What
    cannot be looked at stays, as it may be something else of the same name in another account."""
    last: dict[tuple[str, str, str], PlannedCheck] = {}
    for check in sorted((each for each in checks if each.run and not each.unsupported), key=_started):
        last[check.key] = check
    return [check for check in checks if not check.run or check.unsupported or last[check.key] is check]


def _started(check: PlannedCheck) -> float:
    return check.deployed.started


def _parity(scope: Scope, runs: Mapping[tuple[str, str], ActionRun]) -> list[PlannedCheck]:
    """Each once: several actions of a region may deploy the same artifact."""
    checks = (
        check
        for action in scope.actions
        for check in derive_parity(action, runs.get((action.stage, action.name)), runs.values(), scope.home_region)
    )
    return list({check.key: check for check in checks}.values())


def _since_the_release(checks: Sequence[PlannedCheck]) -> Iterator[PlannedCheck]:
    """Each check knows when the first deploy action began in its region."""
    begun: dict[str, float] = {}
    for check in checks:
        if check.run:
            begun[check.region] = min(check.run.started, begun.get(check.region, check.run.started))
    return (replace(check, since=begun.get(check.region, 0.0)) for check in checks)


def _tell_apart(checks: Sequence[PlannedCheck]) -> None:
    """A token has no room for ids that never collide, so two checks of different things that share one are refused.

    Only what cannot be looked at may share the id of a check of the same name: its finding never changes.
    """
    known: dict[str, PlannedCheck] = {}
    for check in checks:
        other = known.setdefault(check.id, check)
        if other.key != check.key:
            kinds = f"{other.kind} in {other.region} and {check.kind} in {check.region}"
            raise ConfigurationError(f"checks: {kinds} share the id {check.id}; verify them with two gates")


def plan_preflight(definition: PipelineDefinition) -> tuple[PlannedCheck, ...]:
    """The checks, each in its region and each once, as every check asks for them.

    Actions that run in another account are looked at as far as this account can see: their stores are.
    """
    checks = (planned for check in EVERY_CHECK.values() for planned in check.preflight(definition))
    return tuple({planned.key: planned for planned in checks}.values())
