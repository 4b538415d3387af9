"""A planned check as JSON, for whoever carries it from the plan to the look."""

from collections.abc import Mapping
from typing import Any

from crosscheck.contracts.check import PlannedCheck
from crosscheck.errors import ConfigurationError
from crosscheck.pipelines.runs import ActionRun, Artifact
from crosscheck.registry.checks import EVERY_CHECK

QUOTED = 40
# Far above any time in epoch seconds; an integer may be too large for a float.
NUMBER_LIMIT = 1e12
# What checks and rollbacks read of an action's configuration. All else may be long, or a secret of a provider that
# nobody here knows, and would stay in the history of the state machine.
_READ_CONFIGURATION = frozenset(
    {
        "ActionMode",
        "Extract",
        "FileName",
        "PublishedTargetVersion",
        *(f"Image{number}ArtifactName" for number in range(1, 5)),
    }
)
# What checks read of an action's output variables, which may be all outputs of a stack.
_READ_OUTPUTS = frozenset({"FunctionVersion"})


def to_json(planned: PlannedCheck) -> dict[str, Any]:
    """The check as a JSON object; what is empty, and what no check reads, is left out."""
    document: dict[str, Any] = {
        "kind": planned.kind,
        "region": planned.region,
        "parameters": dict(planned.parameters),
    }
    if planned.run:
        document["run"] = _run_document(planned.run)
    if planned.unsupported:
        document["gap"] = planned.unsupported
    if planned.since:
        document["since"] = planned.since
    return document


def from_json(document: object) -> PlannedCheck:
    """The check of such an object.

    Raises:
        ConfigurationError: a kind that this version does not know (unless a gap says so already), or another shape.
    """
    fields = _object(document, "a check")
    kind, gap = _text(fields, "kind"), _text(fields, "gap", "")
    parameters = _texts(fields, "parameters")
    if not gap:
        _known(kind, parameters)
    run = _run(_object(fields["run"], "run")) if "run" in fields else None
    since = _number(fields, "since", 0.0)
    return PlannedCheck(kind, _text(fields, "region"), parameters, run, gap, since)


def _known(kind: str, parameters: Mapping[str, str]) -> None:
    if kind not in EVERY_CHECK:
        known = ", ".join(sorted(EVERY_CHECK))
        raise ConfigurationError(f"no check {kind[:QUOTED]!r} in this version; it knows: {known}")
    for key, spec in EVERY_CHECK[kind].parameters.items():
        if spec.needed and key not in parameters:
            raise ConfigurationError(f"a planned {kind} lacks the parameter {key}")


def _run_document(run: ActionRun) -> dict[str, Any]:
    return {
        "stage": run.stage,
        "name": run.name,
        "status": run.status,
        "started": run.started,
        "configuration": {key: value for key, value in run.configuration.items() if key in _READ_CONFIGURATION},
        "inputs": {name: {"bucket": item.bucket, "key": item.key} for name, item in run.inputs.items()},
        "account": run.account,
        "error": run.error,
        "external": run.external,
        "outputs": {key: value for key, value in run.outputs.items() if key in _READ_OUTPUTS},
    }


def _run(fields: Mapping[str, Any]) -> ActionRun:
    started = _number(fields, "started")
    inputs = {name: _object(value, "inputs") for name, value in _object(fields.get("inputs", {}), "inputs").items()}
    return ActionRun(
        stage=_text(fields, "stage"),
        name=_text(fields, "name"),
        status=_text(fields, "status"),
        started=started,
        configuration=_texts(fields, "configuration"),
        inputs={name: Artifact(_text(value, "bucket"), _text(value, "key")) for name, value in inputs.items()},
        account=_text(fields, "account", ""),
        error=_text(fields, "error", ""),
        external=_text(fields, "external", ""),
        outputs=_texts(fields, "outputs"),
    )


def _object(value: object, what: str) -> Mapping[str, Any]:
    if not isinstance(value, dict) or not all(isinstance(key, str) for key in value):
        raise ConfigurationError(f"a planned check: {what} must be an object")
    return value


def _text(fields: Mapping[str, Any], key: str, default: str | None = None) -> str:
    value = fields.get(key, default)
    if not isinstance(value, str):
        raise ConfigurationError(f"a planned check: {key} must be a string")
    return value


def _number(fields: Mapping[str, Any], key: str, default: float | None = None) -> float:
    value = fields.get(key, default)
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) <= NUMBER_LIMIT:
        raise ConfigurationError(f"a planned check: {key} must be a number")
    return float(value)


def _texts(fields: Mapping[str, Any], key: str) -> Mapping[str, str]:
    values = _object(fields.get(key, {}), key)
    return {name: _text(values, name) for name in values}
