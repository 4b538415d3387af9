"""Every rollback that Crosscheck knows. Only what takes back imports it: it costs every other function a cold start."""

from collections.abc import Mapping
from typing import Any

from crosscheck.contracts.check import PlannedCheck
from crosscheck.contracts.rollback import Rollback
from crosscheck.services.cloudformation.check import CloudFormationStack
from crosscheck.services.cloudformation.rollback import CloudFormationRollback
from crosscheck.services.codedeploy.check import CodeDeploy
from crosscheck.services.codedeploy.rollback import CodeDeployRollback
from crosscheck.services.ecs.check import EcsService
from crosscheck.services.ecs.rollback import EcsRollback
from crosscheck.services.elasticbeanstalk.check import ElasticBeanstalkEnvironment
from crosscheck.services.elasticbeanstalk.rollback import ElasticBeanstalkRollback
from crosscheck.services.lambda_.check import LambdaAlias
from crosscheck.services.lambda_.rollback import LambdaAliasRollback

ROLLBACKS: Mapping[str, Rollback[PlannedCheck, Any]] = {
    CloudFormationStack.kind: CloudFormationRollback(),
    CodeDeploy.kind: CodeDeployRollback(),
    EcsService.kind: EcsRollback(),
    ElasticBeanstalkEnvironment.kind: ElasticBeanstalkRollback(),
    LambdaAlias.kind: LambdaAliasRollback(),
}
"""The rollbacks, by the kind of the check that proves the deployment."""


def rollback_of(planned: PlannedCheck) -> Rollback[PlannedCheck, Any] | None:
    """The rollback of what a check looks at; None if no deploy action is behind it, or its service has none."""
    return ROLLBACKS.get(planned.kind) if planned.run else None
