"""The checks that a plan adds to the derived ones."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from crosscheck.checks.catalogue import CHECKS
from crosscheck.checks.check import PlannedCheck
from crosscheck.errors import ConfigurationError

if TYPE_CHECKING:
    from crosscheck.plans.scope import Scope

QUOTED = 40
VALUE_LIMIT = 255


def added_checks(entries: Sequence[Mapping[str, Any]], scope: Scope) -> tuple[PlannedCheck, ...]:
    """The checks of ``[{"kind": …, "region"?: …, …}]``; one without a region is for every region in scope.

    A region of the stage that is out of scope is left out: regions may share a plan.

    Raises:
        ConfigurationError: an unknown kind or key, a missing key, a wrong type, a region of another stage. Keys are
            quoted, values are not.
    """
    return tuple(check for entry in entries for check in _planned(entry, scope))


def _planned(entry: Mapping[str, Any], scope: Scope) -> tuple[PlannedCheck, ...]:
    kind = entry.get("kind")
    if not isinstance(kind, str):
        raise ConfigurationError("checks: every check needs the key kind, a string")
    if kind not in CHECKS:
        known = ", ".join(sorted(CHECKS))
        raise ConfigurationError(f"checks: no check {kind[:QUOTED]!r} in this version; it knows: {known}")
    parameters = _parameters(kind, entry)
    regions = _regions(entry.get("region"), scope)
    return tuple(PlannedCheck(kind, region, parameters) for region in regions)


def _parameters(kind: str, entry: Mapping[str, Any]) -> Mapping[str, str]:
    spec = CHECKS[kind].parameters
    unknown = sorted(entry.keys() - spec.keys() - {"kind", "region"})
    if unknown:
        known = ", ".join(["region", *spec])
        raise ConfigurationError(f"checks: unknown key {unknown[0][:QUOTED]!r} in {kind}; it takes: {known}")
    missing = [key for key, needed in spec.items() if needed and key not in entry]
    if missing:
        raise ConfigurationError(f"checks: {kind} needs the key {missing[0]}")
    for key in (*spec, "region"):
        value = entry.get(key, "x")
        if not isinstance(value, str) or not 0 < len(value) <= VALUE_LIMIT:
            raise ConfigurationError(f"checks: {key} of {kind} must be a string of 1 to {VALUE_LIMIT} characters")
    return {key: entry[key] for key in spec if key in entry}


def _regions(region: str | None, scope: Scope) -> tuple[str, ...]:
    if region is None:
        return scope.regions
    if region not in scope.stage_regions:
        known = ", ".join(scope.stage_regions)
        raise ConfigurationError(f"checks: region: stage {scope.stage} deploys to {known} only")
    return (region,) if region in scope.regions else ()
