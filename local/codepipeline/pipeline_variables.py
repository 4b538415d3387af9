"""Pipeline-level variables: their defaults, and what StartPipelineExecution sets instead."""

from collections.abc import Iterable, Mapping

from local.aws_json.errors import ApiError
from local.codepipeline.declarations import Pipeline


def default_variables(pipeline: Pipeline) -> dict[str, str]:
    """The variables that have a default."""
    declared = pipeline.wire.get("variables", [])
    return {variable["name"]: variable["defaultValue"] for variable in declared if "defaultValue" in variable}


def start_variables(pipeline: Pipeline, given: Iterable[Mapping[str, str]]) -> dict[str, str]:
    """The variables of one execution.

    Raises:
        ApiError: ValidationException for a variable that the pipeline does not declare, or one without any value.
    """
    declared = [variable["name"] for variable in pipeline.wire.get("variables", [])]
    values = default_variables(pipeline)
    for variable in given:
        if variable["name"] not in declared:
            raise ApiError("ValidationException", f"Variable {variable['name']} is not declared by the pipeline")
        values[variable["name"]] = variable["value"]
    missing = [name for name in declared if name not in values]
    if missing:
        raise ApiError("ValidationException", f"The following variables have no value: {', '.join(missing)}")
    return values
