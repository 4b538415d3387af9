"""A planned check as JSON, on its way from the plan to the look."""

from dataclasses import replace
from typing import Any

from crosscheck import json_documents
from crosscheck.contracts.check import PlannedCheck
from crosscheck.errors import ConfigurationError
from crosscheck.registry.checks import shown_run
from crosscheck.registry.services import EVERY_CHECK

QUOTED = 40


def portable(planned: PlannedCheck) -> PlannedCheck:
    """The check without whatever its kind does not declare to read of the action's run."""
    return replace(planned, run=shown_run(planned))


def to_json(planned: PlannedCheck) -> dict[str, Any]:
    """The check as a JSON object; what is empty, and what the check does not read, is left out."""
    return json_documents.write(portable(planned))


def from_json(document: object) -> PlannedCheck:
    """The check of such an object.

    Raises:
        ConfigurationError: another shape, or as ``known``.
    """
    return known(json_documents.read(PlannedCheck, document, "a planned check"))


def known(planned: PlannedCheck) -> PlannedCheck:
    """The same check, if this version can run it.

    Raises:
        ConfigurationError: an unknown kind, unless the plan says already that it is unsupported; or a parameter is
            missing.
    """
    if planned.unsupported:
        return planned
    if planned.kind not in EVERY_CHECK:
        names = ", ".join(sorted(EVERY_CHECK))
        raise ConfigurationError(f"no check {planned.kind[:QUOTED]!r} in this version; it knows: {names}")
    for key, parameter in EVERY_CHECK[planned.kind].parameters.items():
        if parameter.needed and key not in planned.parameters:
            raise ConfigurationError(f"a planned {planned.kind} lacks the parameter {key}")
    return planned
