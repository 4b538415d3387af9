"""What ECS brings to Crosscheck."""

from crosscheck.contracts.deploy import DeployProvider
from crosscheck.contracts.service import Service
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
