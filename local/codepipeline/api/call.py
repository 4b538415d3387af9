"""What an operation is called with, and what several of them need."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from local.codepipeline.engine import Engine
from local.codepipeline.errors import ApiError
from local.codepipeline.records import PipelineRecord, Scope
from local.codepipeline.state import Execution
from local.codepipeline.tools import Tools

Parameters = Mapping[str, Any]
Answer = dict[str, Any]


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


Operation = Callable[[Call, Parameters], Answer]


def present(**members: Any) -> Answer:
    """The members that have a value: the service leaves the others out."""
    return {name: value for name, value in members.items() if value is not None}


def page[Item](
    items: Sequence[Item], parameters: Parameters, id_of: Callable[[Item], str], default_size: int
) -> tuple[Sequence[Item], str | None]:
    """The items asked for, and the token of the next page. A token is the id of that page's first item.

    Raises:
        ApiError: InvalidNextTokenException.
    """
    start, token = 0, parameters.get("nextToken")
    if token is not None:
        ids = [id_of(item) for item in items]
        if token not in ids:
            raise ApiError("InvalidNextTokenException", "The next token was specified in an invalid format.")
        start = ids.index(token)
    end = start + parameters.get("maxResults", default_size)
    return items[start:end], id_of(items[end]) if end < len(items) else None
