"""ECR: images, their replicas in other regions, and the replication rules."""

from crosscheck.contracts.service import Service
from crosscheck.services.ecr.check import EcrImage
from crosscheck.services.ecr.image_replication import ImageReplication

SERVICE = Service(checks=(EcrImage(),), internal_checks=(ImageReplication(),))
