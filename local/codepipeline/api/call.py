"""What an operation is called with, and what several of them need."""

from collections.abc import Callable
from dataclasses import dataclass

from local.aws_json.errors import ApiError
from local.aws_json.messages import Json, Parameters, Scope
from local.codepipeline.engine import Engine
from local.codepipeline.records import PipelineRecord
from local.codepipeline.state import Execution
from local.codepipeline.tools import Tools


@dataclass(frozen=True)
class Call:
    """One request, in the account and region that it is for."""

    tools: Tools
    engine: Engine
    scope: Scope

    @property
    def pipelines(self) -> dict[str, PipelineRecord]:
        """The pipelines there."""
        return self.tools.state.pipelines(self.scope)

    def pipeline(self, name: str) -> PipelineRecord:
        """The pipeline of that name.

        Raises:
            ApiError: PipelineNotFoundException.
        """
        try:
            return self.pipelines[name]
        except KeyError:
            raise ApiError(
                "PipelineNotFoundException",
                f"Account '{self.scope.account}' does not have a pipeline with name '{name}'",
            ) from None

    def execution(self, pipeline: str, execution_id: str) -> tuple[PipelineRecord, Execution]:
        """An execution with its pipeline.

        Raises:
            ApiError: PipelineNotFoundException, PipelineExecutionNotFoundException.
        """
        record = self.pipeline(pipeline)
        try:
            return record, record.executions[execution_id]
        except KeyError:
            raise ApiError(
                "PipelineExecutionNotFoundException",
                f"Pipeline '{pipeline}' has no execution with ID '{execution_id}'",
            ) from None

    def require_stage(self, record: PipelineRecord, stage: str) -> None:
        """Raises ApiError (StageNotFoundException) where the pipeline has no such stage."""
        if stage not in record.stage_names:
            raise ApiError("StageNotFoundException", f"The pipeline has no stage '{stage}'")


Operation = Callable[[Call, Parameters], Json]
