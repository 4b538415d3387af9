"""CloudFormation: the stack that a deploy action changed."""

from crosscheck.contracts.service import Service
from crosscheck.services.cloudformation.check import CloudFormationDeploy, CloudFormationStack

SERVICE = Service(
    checks=(CloudFormationStack(),),
    deploy_providers=(CloudFormationDeploy(),),
)
