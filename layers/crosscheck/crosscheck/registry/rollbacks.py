"""The ways back, by the kind of check that proves the deployment."""

from collections.abc import Mapping

from crosscheck.contracts.check import PlannedCheck
from crosscheck.contracts.rollback import Undo
from crosscheck.services.cloudformation.check import CloudFormationStack
from crosscheck.services.cloudformation.rollback import CloudFormationUndo
from crosscheck.services.codedeploy.check import CodeDeploy
from crosscheck.services.codedeploy.rollback import CodeDeployUndo
from crosscheck.services.ecs.check import EcsService
from crosscheck.services.ecs.rollback import EcsUndo
from crosscheck.services.lambda_.check import LambdaAlias
from crosscheck.services.lambda_.rollback import LambdaAliasUndo

UNDOS: Mapping[str, Undo] = {
    CloudFormationStack.kind: CloudFormationUndo(),
    CodeDeploy.kind: CodeDeployUndo(),
    EcsService.kind: EcsUndo(),
    LambdaAlias.kind: LambdaAliasUndo(),
}


def undo_of(planned: PlannedCheck) -> Undo | None:
    """The way back of what a check looks at: None where no deploy action is behind it, or its service has none."""
    return UNDOS.get(planned.kind) if planned.run else None
