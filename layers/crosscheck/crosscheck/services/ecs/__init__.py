"""ECS: the service that a deploy action changed, its tasks, its history."""

from crosscheck.contracts.service import Service
from crosscheck.services.ecs.check import EcsDeploy, EcsService

SERVICE = Service(
    checks=(EcsService(),),
    deploy_providers=(EcsDeploy(),),
)
