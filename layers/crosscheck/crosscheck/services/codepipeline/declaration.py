"""What CodePipeline brings to Crosscheck, besides the rollback of a whole stage (``rollback``)."""

from crosscheck.contracts.service import Service
from crosscheck.services.codepipeline.artifact_store import ArtifactStore
from crosscheck.services.codepipeline.check import PipelineExecution

SERVICE = Service(internal_checks=(ArtifactStore(), PipelineExecution()))
