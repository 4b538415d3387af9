"""An ECS layer in front of the emulator's: image digests, failing tasks, service deployments and revisions."""

from local.ecs.layer import EcsLayer, UnknownServiceError

__all__ = ["EcsLayer", "UnknownServiceError"]
