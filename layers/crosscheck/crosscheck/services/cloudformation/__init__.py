"""CloudFormation: the stack that a deploy action changed."""

from crosscheck.contracts.service import Service
from crosscheck.services.cloudformation.check import CloudFormationDeploy, CloudFormationStack
from crosscheck.services.cloudformation.rollback import CloudFormationRollback

SERVICE = Service(
    checks=(CloudFormationStack(),),
    deploy_providers=(CloudFormationDeploy(),),
    rollbacks={CloudFormationStack.kind: CloudFormationRollback()},
)
