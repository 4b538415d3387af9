"""The ways back, by the kind of check that proves the deployment."""

from collections.abc import Mapping

from crosscheck.contracts.check import PlannedCheck
from crosscheck.contracts.rollback import Rollback
from crosscheck.services.cloudformation.check import CloudFormationStack
from crosscheck.services.cloudformation.rollback import CloudFormationRollback
from crosscheck.services.codedeploy.check import CodeDeploy
from crosscheck.services.codedeploy.rollback import CodeDeployRollback
from crosscheck.services.ecs.check import EcsService
from crosscheck.services.ecs.rollback import EcsRollback
from crosscheck.services.lambda_.check import LambdaAlias
from crosscheck.services.lambda_.rollback import LambdaAliasRollback

ROLLBACKS: Mapping[str, Rollback] = {
    CloudFormationStack.kind: CloudFormationRollback(),
    CodeDeploy.kind: CodeDeployRollback(),
    EcsService.kind: EcsRollback(),
    LambdaAlias.kind: LambdaAliasRollback(),
}


def rollback_of(planned: PlannedCheck) -> Rollback | None:
    """The way back of what a check looks at: None where no deploy action is behind it, or its service has none."""
    return ROLLBACKS.get(planned.kind) if planned.run else None
