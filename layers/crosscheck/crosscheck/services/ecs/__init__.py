"""ECS: the service that a deploy action changed, its tasks, its history."""
