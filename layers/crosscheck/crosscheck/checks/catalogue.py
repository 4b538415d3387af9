"""The checks of this version, by kind, and the one way to run them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crosscheck.checks.ecr_image import EcrImage
from crosscheck.checks.ecs_service import EcsService
from crosscheck.checks.http_check import Http
from crosscheck.checks.problems import AWS_ERRORS, explain
from crosscheck.verdicts import Finding, Verdict

if TYPE_CHECKING:
    from collections.abc import Mapping

    from crosscheck.checks.check import ActionRun, Check, PlannedCheck
    from crosscheck.clients import Clients

CHECKS: Mapping[str, Check] = {check.kind: check for check in (EcsService(), EcrImage(), Http())}


def look(planned: PlannedCheck, aws: Clients) -> Finding:
    """Look once. What AWS refuses or does not answer is INCONCLUSIVE; only programming errors come out."""
    if planned.gap:
        return planned.found(Verdict.INCONCLUSIVE, planned.gap)
    unfinished = _unfinished(planned, planned.run) if planned.run else None
    if unfinished:
        return unfinished
    try:
        return CHECKS[planned.kind].look(planned, aws)
    except AWS_ERRORS as error:
        return planned.found(Verdict.INCONCLUSIVE, explain(error, planned.region))


def _unfinished(planned: PlannedCheck, run: ActionRun) -> Finding | None:
    """A deploy action that runs still, or did not succeed, is itself the finding."""
    match run.status:
        case "Succeeded":
            return None
        case "InProgress":
            return planned.found(Verdict.PENDING, f"deploy action {run.name} is in progress")
        case _:
            cause = f" ({run.error})" if run.error else ""
            return planned.found(Verdict.FAIL, f"deploy action {run.name} is {run.status.lower()}{cause}")
