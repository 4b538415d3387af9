"""CodeDeploy: the deployment that a deploy action made, to a fleet or to an ECS service."""
