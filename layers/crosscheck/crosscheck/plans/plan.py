"""The checks of every region: derived from the deploy actions, and those that a plan adds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from crosscheck.checks.check import ActionRun, PlannedCheck
from crosscheck.checks.ecs_service import EcsService
from crosscheck.errors import ConfigurationError
from crosscheck.plans.added import added_checks

if TYPE_CHECKING:
    from crosscheck.pipelines import ActionDefinition
    from crosscheck.plans.scope import Scope

# So many counters fit into a continuation token; a stage has at most 50 actions.
CHECK_LIMIT = 120


@dataclass(frozen=True)
class Plan:
    """What a judge looks at: the checks of one stage, each in its region."""

    stage: str
    checks: tuple[PlannedCheck, ...]

    @property
    def regions(self) -> tuple[str, ...]:
        """The regions, sorted."""
        return tuple(sorted({check.region for check in self.checks}))

    def of(self, region: str) -> tuple[PlannedCheck, ...]:
        """The checks of a region."""
        return tuple(check for check in self.checks if check.region == region)


def make_plan(
    scope: Scope,
    runs: Mapping[tuple[str, str], ActionRun],
    entries: Sequence[Mapping[str, Any]] = (),
    account: str = "",
) -> Plan:
    """The plan for a scope. ``account`` is the pipeline's; ``entries`` are a plan's ``checks``.

    Raises:
        ConfigurationError: of ``added_checks``, and for more checks than a token can count or tell apart.
    """
    checks = [_derive(action, runs.get((action.stage, action.name)), account) for action in scope.actions]
    derived = {check.key for check in checks}
    added = added_checks(entries, scope, checks)
    checks += {check.key: check for check in added if check.key not in derived}.values()
    if len(checks) > CHECK_LIMIT:
        raise ConfigurationError(f"checks: {len(checks)} checks are planned; a gate takes at most {CHECK_LIMIT}")
    _tell_apart(checks)
    return Plan(scope.stage, tuple(checks))


def _tell_apart(checks: Sequence[PlannedCheck]) -> None:
    """A token has no room for ids that never collide, so two checks that share one are refused."""
    known: dict[str, PlannedCheck] = {}
    for check in checks:
        other = known.setdefault(check.id, check)
        if other.key != check.key:
            kinds = f"{other.kind} in {other.region} and {check.kind} in {check.region}"
            raise ConfigurationError(f"checks: {kinds} share the id {check.id}; verify them with two gates")


def _derive(action: ActionDefinition, run: ActionRun | None, account: str) -> PlannedCheck:
    match action.provider:
        case "ECS":
            return _ecs(action, run, account)
        case provider:
            gap = f"no check for provider {provider} in this version (action {action.name})"
            return PlannedCheck(provider, action.region, {"action": action.name}, gap=gap)


def _ecs(action: ActionDefinition, run: ActionRun | None, account: str) -> PlannedCheck:
    configuration = run.configuration if run and run.configuration else action.configuration
    parameters = {
        "cluster": configuration.get("ClusterName") or "default",
        "service": configuration.get("ServiceName", ""),
    }
    gap = "" if parameters["service"] else f"action {action.name} names no service"
    if run is None:
        gap = f"action {action.name} has not run in this execution"
    elif account and run.account and run.account != account:
        gap = f"action {action.name} deploys to account {run.account}: no check across accounts in this version"
    return PlannedCheck(EcsService.kind, action.region, parameters, run, gap)
