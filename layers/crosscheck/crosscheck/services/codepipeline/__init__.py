"""CodePipeline: executions, the rollback of a whole stage, and the artifact stores of a pipeline."""

from crosscheck.contracts.service import Service
from crosscheck.services.codepipeline.artifact_store import ArtifactStore
from crosscheck.services.codepipeline.check import PipelineExecution
from crosscheck.services.codepipeline.stage_history import StageHistory

SERVICE = Service(internal_checks=(ArtifactStore(), PipelineExecution(), StageHistory()))
