"""TagResource, UntagResource, ListTagsForResource."""

from collections.abc import Iterable, Mapping

from local.aws_json.errors import ApiError
from local.aws_json.messages import Json, Parameters
from local.aws_json.operations import page
from local.codepipeline.api.call import Call, Operation
from local.codepipeline.records import PipelineRecord

_MAXIMUM_TAGS = 50
_PAGE = 100


def tag_resource(call: Call, parameters: Parameters) -> Json:
    """Add or replace tags."""
    with call.tools.state.changed:
        record = _record(call, parameters["resourceArn"])
        record.tags.update(tags_by_key(parameters["tags"], already=record.tags))
    return {}


def untag_resource(call: Call, parameters: Parameters) -> Json:
    """Remove tags."""
    with call.tools.state.changed:
        record = _record(call, parameters["resourceArn"])
        for key in parameters["tagKeys"]:
            record.tags.pop(key, None)
    return {}


def list_tags_for_resource(call: Call, parameters: Parameters) -> Json:
    """The tags, by key."""
    with call.tools.state.changed:
        tags = tags_on_wire(_record(call, parameters["resourceArn"]).tags)
    shown, token = page(tags, parameters, lambda tag: tag["key"], _PAGE)
    return {"tags": list(shown)} | ({"nextToken": token} if token else {})


def tags_by_key(tags: Iterable[Mapping[str, str]], already: Mapping[str, str] | None = None) -> dict[str, str]:
    """The tags of a request.

    Raises:
        ApiError: InvalidTagsException for AWS's own prefix, TooManyTagsException.
    """
    by_key = {tag["key"]: tag["value"] for tag in tags}
    if any(key.lower().startswith("aws:") for key in by_key):
        raise ApiError("InvalidTagsException", "Tag keys must not start with aws:")
    if len(by_key.keys() | (already or {}).keys()) > _MAXIMUM_TAGS:
        raise ApiError("TooManyTagsException", f"A resource can have at most {_MAXIMUM_TAGS} tags")
    return by_key


def tags_on_wire(tags: Mapping[str, str]) -> list[dict[str, str]]:
    """The tags as the API writes them."""
    return [{"key": key, "value": value} for key, value in sorted(tags.items())]


def _record(call: Call, arn: str) -> PipelineRecord:
    record = call.pipelines.get(arn.rpartition(":")[2])
    if record is None or record.pipeline.arn != arn:
        raise ApiError("ResourceNotFoundException", f"Could not find a resource with the ARN {arn}")
    return record


OPERATIONS: Mapping[str, Operation] = {
    "TagResource": tag_resource,
    "UntagResource": untag_resource,
    "ListTagsForResource": list_tags_for_resource,
}
