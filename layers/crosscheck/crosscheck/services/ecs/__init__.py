"""ECS: the service that a deploy action changed, its tasks, its history."""

from crosscheck.contracts.service import DeployProvider, Service
from crosscheck.services.ecs.check import EcsService
from crosscheck.services.ecs.rollback import EcsRollback


class EcsDeploy(DeployProvider):
    """https://docs.aws.amazon.com/codepipeline/latest/userguide/action-reference-ECS.html"""

    name = "ECS"
    check = EcsService.kind
    keys = {"cluster": "ClusterName", "service": "ServiceName"}
    defaults = {"cluster": "default"}


SERVICE = Service(
    checks=(EcsService(),),
    deploy_providers=(EcsDeploy(),),
    rollbacks={EcsService.kind: EcsRollback()},
)
