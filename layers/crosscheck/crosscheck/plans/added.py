"""The checks that a plan adds to the derived ones."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from crosscheck.contracts.check import PlannedCheck
from crosscheck.contracts.parameters import Parameter
from crosscheck.errors import ConfigurationError
from crosscheck.pipelines.scope import Scope
from crosscheck.registry.services import CHECKS

QUOTED = 40
PLACES = {"region", "regions"}
PLACEHOLDER = "{region}"


def added_checks(
    entries: Sequence[Mapping[str, Any]], scope: Scope, derived: Sequence[PlannedCheck] = ()
) -> tuple[PlannedCheck, ...]:
    """The checks of ``[{"kind": …, "region"?: …, "regions"?: […], …}]``; without a region, one for each in scope.

    A region of the pipeline that is out of scope is left out: stages and regions may share a plan. ``{region}`` in a
    text, or in the texts of a list or an object, stands for the check's region. ``derived`` are the checks of the
    deploy actions in scope.

    Raises:
        ConfigurationError: an unknown kind or key, a missing key, a wrong value, keys that do not go together, a region
            of another pipeline. Keys are quoted, values are not.
    """
    return tuple(check for entry in entries for check in _planned(entry, scope, derived))


def _planned(entry: Mapping[str, Any], scope: Scope, derived: Sequence[PlannedCheck]) -> Iterator[PlannedCheck]:
    kind = entry.get("kind")
    if not isinstance(kind, str):
        raise ConfigurationError("checks: every check needs the key kind, a string")
    if kind not in CHECKS:
        known = ", ".join(sorted(CHECKS))
        raise ConfigurationError(f"checks: no check {kind[:QUOTED]!r} in this version; it knows: {known}")
    regions = _regions(kind, entry, scope)
    # Read for every region of the stage: a plan is right or wrong whichever of them are verified.
    given = {region: _parameters(kind, entry, region) for region in scope.stage_regions}
    for region in regions:
        yield from CHECKS[kind].plan(given[region], region, scope.home_region, derived)


def _parameters(kind: str, entry: Mapping[str, Any], region: str) -> Mapping[str, str]:
    check = CHECKS[kind]
    spec = check.parameters
    unknown = sorted(entry.keys() - spec.keys() - PLACES - {"kind"})
    if unknown:
        known = ", ".join(["region", "regions", *spec])
        raise ConfigurationError(f"checks: unknown key {unknown[0][:QUOTED]!r} in {kind}; it takes: {known}")
    missing = [key for key, value in spec.items() if value.needed and key not in entry]
    if missing:
        raise ConfigurationError(f"checks: {kind} needs the key {missing[0]}")
    given = {key: _value(kind, key, spec[key], entry[key], region) for key in spec if key in entry}
    if problem := check.problem(given):
        raise ConfigurationError(f"checks: {kind} {problem}")
    return given


def _value(kind: str, key: str, spec: Parameter, value: object, region: str) -> str:
    read = spec.read(_placed(value, region))
    if read is None:
        raise ConfigurationError(f"checks: {key} of {kind} must be {spec.expected}")
    return read


def _placed(value: object, region: str) -> object:
    match value:
        case str():
            return value.replace(PLACEHOLDER, region)
        case list():
            return [_placed(item, region) for item in value]
        case dict():
            return {key: _placed(item, region) for key, item in value.items()}
        case _:
            return value


def _regions(kind: str, entry: Mapping[str, Any], scope: Scope) -> tuple[str, ...]:
    if entry.keys() >= PLACES:
        raise ConfigurationError(f"checks: {kind} takes region or regions, not both")
    named = _named(kind, entry)
    if named is None:
        return scope.regions
    if not named <= set(scope.pipeline_regions):
        known = ", ".join(scope.pipeline_regions)
        raise ConfigurationError(f"checks: region: the pipeline deploys to {known} only")
    return tuple(region for region in scope.regions if region in named)


def _named(kind: str, entry: Mapping[str, Any]) -> set[str] | None:
    """The regions that the entry names; None where it names none."""
    if "region" in entry:
        if not isinstance(entry["region"], str):
            raise ConfigurationError(f"checks: region of {kind} must be a string")
        return {entry["region"]}
    if "regions" not in entry:
        return None
    listed = entry["regions"].split(",") if isinstance(entry["regions"], str) else entry["regions"]
    if not isinstance(listed, list) or not listed or not all(isinstance(region, str) for region in listed):
        raise ConfigurationError(f"checks: regions of {kind} must be a list of regions, or a string of them")
    return {region.strip() for region in listed}
