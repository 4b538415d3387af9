"""CloudFormation: the stack that a deploy action changed."""

from collections.abc import Mapping

from crosscheck.contracts.service import DeployProvider, Service
from crosscheck.services.cloudformation.check import CloudFormationStack
from crosscheck.services.cloudformation.rollback import CloudFormationRollback

# This mode makes a change set and brings nothing into service.
NOTHING_DEPLOYED = "CHANGE_SET_REPLACE"


class CloudFormationDeploy(DeployProvider):
    """https://docs.aws.amazon.com/codepipeline/latest/userguide/action-reference-CloudFormation.html"""

    name = "CloudFormation"
    check = CloudFormationStack.kind
    keys = {"stack": "StackName"}

    def deploys(self, configuration: Mapping[str, str]) -> bool:
        """An action that only makes a change set deploys nothing."""
        return configuration.get("ActionMode") != NOTHING_DEPLOYED


SERVICE = Service(
    checks=(CloudFormationStack(),),
    deploy_providers=(CloudFormationDeploy(),),
    rollbacks={CloudFormationStack.kind: CloudFormationRollback()},
)
