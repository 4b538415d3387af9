"""CodeDeploy: the deployment that a deploy action made, to a fleet or to an ECS service."""

from crosscheck.contracts.service import Service
from crosscheck.services.codedeploy.check import CodeDeploy, CodeDeployDeploy, CodeDeployToEcsDeploy

SERVICE = Service(
    checks=(CodeDeploy(),),
    deploy_providers=(CodeDeployDeploy(), CodeDeployToEcsDeploy()),
)
