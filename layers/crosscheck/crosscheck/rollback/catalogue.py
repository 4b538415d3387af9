"""The ways back, by the kind of check that proves the deployment."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crosscheck.checks.cloudformation_stack import CloudFormationStack
from crosscheck.checks.codedeploy import CodeDeploy
from crosscheck.checks.ecs_service import EcsService
from crosscheck.checks.lambda_alias import LambdaAlias
from crosscheck.rollback.cloudformation import CloudFormationUndo
from crosscheck.rollback.codedeploy import CodeDeployUndo
from crosscheck.rollback.ecs_service import EcsUndo
from crosscheck.rollback.lambda_alias import LambdaAliasUndo

if TYPE_CHECKING:
    from collections.abc import Mapping

    from crosscheck.checks.check import PlannedCheck
    from crosscheck.rollback.undo import Undo

UNDOS: Mapping[str, Undo] = {
    CloudFormationStack.kind: CloudFormationUndo(),
    CodeDeploy.kind: CodeDeployUndo(),
    EcsService.kind: EcsUndo(),
    LambdaAlias.kind: LambdaAliasUndo(),
}


def undo_of(planned: PlannedCheck) -> Undo | None:
    """The way back of what a check looks at: None where no deploy action is behind it, or its service has none."""
    return UNDOS.get(planned.kind) if planned.run else None
