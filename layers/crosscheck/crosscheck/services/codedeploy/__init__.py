"""CodeDeploy: the deployment that a deploy action made, to a fleet or to an ECS service."""

from crosscheck.contracts.service import DeployProvider, Service
from crosscheck.services.codedeploy.check import CodeDeploy
from crosscheck.services.codedeploy.rollback import CodeDeployRollback


class CodeDeployDeploy(DeployProvider):
    """https://docs.aws.amazon.com/codepipeline/latest/userguide/action-reference-CodeDeploy.html"""

    name = "CodeDeploy"
    check = CodeDeploy.kind
    keys = {"application": "ApplicationName", "group": "DeploymentGroupName"}


class CodeDeployToEcsDeploy(CodeDeployDeploy):
    """https://docs.aws.amazon.com/codepipeline/latest/userguide/action-reference-ECSbluegreen.html"""

    name = "CodeDeployToECS"


SERVICE = Service(
    checks=(CodeDeploy(),),
    deploy_providers=(CodeDeployDeploy(), CodeDeployToEcsDeploy()),
    rollbacks={CodeDeploy.kind: CodeDeployRollback()},
)
