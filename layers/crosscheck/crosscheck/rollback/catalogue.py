"""The ways back, by the kind of check that proves the deployment."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crosscheck.checks.ecs_service import EcsService
from crosscheck.rollback.ecs_service import EcsUndo

if TYPE_CHECKING:
    from collections.abc import Mapping

    from crosscheck.checks.check import PlannedCheck
    from crosscheck.rollback.undo import Undo

UNDOS: Mapping[str, Undo] = {EcsService.kind: EcsUndo()}


def undo_of(planned: PlannedCheck) -> Undo | None:
    """The way back of what a check looks at: None where no deploy action is behind it, or its service has none."""
    return UNDOS.get(planned.kind) if planned.run else None
