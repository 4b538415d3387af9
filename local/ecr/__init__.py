"""An ECR layer in front of the emulator's: replication between regions, its status, and the events of both."""

from local.ecr.layer import EcrLayer
from local.ecr.outcomes import ReplicationOutcome

__all__ = ["EcrLayer", "ReplicationOutcome"]
