"""ECR: images, their replicas in other regions, and the replication rules."""
