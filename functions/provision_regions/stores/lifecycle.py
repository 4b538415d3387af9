"""The guard for a bucket's lifecycle rules, which S3 only lets us read and replace as a whole."""

from collections.abc import Iterator, Mapping, MutableMapping, Sequence
from typing import Any
from xml.etree.ElementTree import Element, fromstring

from botocore.model import OperationModel, Shape

from crosscheck.errors import CrosscheckError

OK = 200
UNKNOWN = "CrosscheckUnknownElements"  # a member that no answer of S3 has
EVENT = "before-parse.s3.GetBucketLifecycleConfiguration"


class UnknownElementError(CrosscheckError):
    """The lifecycle rules have an element that this SDK does not know. Writing them back would remove it."""


def keep_unknown_elements(
    response_dict: Mapping[str, Any],
    customized_response_dict: MutableMapping[str, Any],
    operation_model: OperationModel,
    **_: object,
) -> None:
    """Keep, beside the parsed answer, the paths of what botocore drops because its model does not know it."""
    if response_dict["status_code"] == OK:
        root = fromstring(response_dict["body"])  # noqa: S314 - S3's own answer
        customized_response_dict[UNKNOWN] = list(_unknown(root, operation_model.output_shape, "rules"))


def refuse_losses(found: Mapping[str, Any], bucket: str) -> None:
    """Refuse to write the rules that were just read.

    Raises:
        UnknownElementError: an element would be lost.
    """
    unknown: Sequence[str] = found.get(UNKNOWN, ())
    if unknown:
        raise UnknownElementError(
            f"the lifecycle rules of the bucket {bucket} have a setting that this function's SDK does not know and "
            f"would remove, nothing was changed: {unknown[0][:80]}"
        )


def _unknown(element: Element, shape: Any, path: str) -> Iterator[str]:
    if shape.type_name == "list":  # in these rules every list is flattened: the element is one of its entries
        yield from _unknown(element, shape.member, path)
    elif shape.type_name == "structure":
        members: dict[str, Shape] = {
            member.serialization.get("name", name): member for name, member in shape.members.items()
        }
        for child in element:
            name = child.tag.rpartition("}")[2]
            if name in members:
                yield from _unknown(child, members[name], f"{path}.{name}")
            else:
                yield f"{path}.{name}"
