"""CreatePipeline, GetPipeline, UpdatePipeline, DeletePipeline, ListPipelines."""

from collections.abc import Mapping

from local.aws_json.errors import ApiError
from local.aws_json.messages import Json, Parameters
from local.aws_json.operations import page
from local.codepipeline.api.call import Call, Operation
from local.codepipeline.api.tags import tags_by_key, tags_on_wire
from local.codepipeline.definition_rules import check_definition
from local.codepipeline.parsing import parse_pipeline
from local.codepipeline.pipeline_variables import default_variables
from local.codepipeline.records import PipelineRecord
from local.codepipeline.state import Halt
from local.codepipeline.triggers import Trigger
from local.regions import partition_of

_PAGE = 1000


def create_pipeline(call: Call, parameters: Parameters) -> Json:
    """Create it and start it, as CodePipeline does."""
    wire = parameters["pipeline"]
    check_definition(wire, call.scope.region)
    tags = tags_by_key(parameters.get("tags", []))
    now = call.tools.clock.now()
    with call.tools.state.changed:
        if wire["name"] in call.pipelines:
            raise ApiError("PipelineNameInUseException", f"A pipeline with the name '{wire['name']}' already exists")
        pipeline = parse_pipeline(wire, call.scope.account, call.scope.region, version=1)
        record = call.pipelines[pipeline.name] = PipelineRecord([pipeline], now, now, tags)
        call.engine.start(record, Trigger("CreatePipeline", caller(call)), default_variables(pipeline))
    return {"pipeline": pipeline.wire} | ({"tags": tags_on_wire(tags)} if tags else {})


def get_pipeline(call: Call, parameters: Parameters) -> Json:
    """The current version, or the one asked for."""
    with call.tools.state.changed:
        record = call.pipeline(parameters["name"])
        version = parameters.get("version", record.pipeline.version)
        if version > record.pipeline.version:
            raise ApiError(
                "PipelineVersionNotFoundException", f"Pipeline '{parameters['name']}' has no version {version}"
            )
        pipeline = record.versions[version - 1]
        metadata = {"pipelineArn": pipeline.arn, "created": record.created, "updated": record.updated}
        return {"pipeline": pipeline.wire, "metadata": metadata}


def update_pipeline(call: Call, parameters: Parameters) -> Json:
    """A new version. Executions of the old one are cancelled; nothing is started."""
    wire = parameters["pipeline"]
    check_definition(wire, call.scope.region)
    with call.tools.state.changed:
        record = call.pipeline(wire["name"])
        pipeline = parse_pipeline(wire, call.scope.account, call.scope.region, record.pipeline.version + 1)
        record.versions.append(pipeline)
        record.updated = call.tools.clock.now()
    call.engine.end_all(record, Halt.CANCEL)
    return {"pipeline": pipeline.wire}


def delete_pipeline(call: Call, parameters: Parameters) -> Json:
    """Gone with its executions; one that is not there is deleted as well."""
    with call.tools.state.changed:
        record = call.pipelines.pop(parameters["name"], None)
    if record is not None:
        call.engine.end_all(record, Halt.VANISH)
    return {}


def list_pipelines(call: Call, parameters: Parameters) -> Json:
    """The pipelines of the region, by name."""
    with call.tools.state.changed:
        records = sorted(call.pipelines.values(), key=lambda record: record.pipeline.name)
        shown, token = page(records, parameters, lambda record: record.pipeline.name, _PAGE)
        summaries = [_summary(record) for record in shown]
    return {"pipelines": summaries} | ({"nextToken": token} if token else {})


def caller(call: Call) -> str:
    """Who calls, as far as an access key tells."""
    return f"arn:{partition_of(call.scope.region)}:iam::{call.scope.account}:root"


def _summary(record: PipelineRecord) -> Json:
    pipeline = record.pipeline
    return {
        "name": pipeline.name,
        "version": pipeline.version,
        "pipelineType": pipeline.wire["pipelineType"],
        "executionMode": pipeline.mode.value,
        "created": record.created,
        "updated": record.updated,
    }


OPERATIONS: Mapping[str, Operation] = {
    "CreatePipeline": create_pipeline,
    "GetPipeline": get_pipeline,
    "UpdatePipeline": update_pipeline,
    "DeletePipeline": delete_pipeline,
    "ListPipelines": list_pipelines,
}
