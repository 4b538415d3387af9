"""Answers of the query protocol."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from xml.etree.ElementTree import Element, SubElement, tostring

from botocore.model import ListShape, OperationModel, Shape, StructureShape


def success(operation: OperationModel, answer: Mapping[str, Any], request_id: str) -> bytes:
    """An answer that fits the operation's model; times are epoch seconds."""
    root = Element(f"{operation.name}Response", xmlns=operation.service_model.metadata["xmlNamespace"])
    if (shape := operation.output_shape) is not None:
        _write(SubElement(root, shape.serialization["resultWrapper"]), answer, shape)
    SubElement(SubElement(root, "ResponseMetadata"), "RequestId").text = request_id
    return _text(root)


def refusal(code: str, message: str, request_id: str, fault: str = "Sender") -> bytes:
    """An answer that is an error; ``fault`` says whose."""
    root = Element("ErrorResponse")
    error = SubElement(root, "Error")
    for name, text in (("Type", fault), ("Code", code), ("Message", message)):
        SubElement(error, name).text = text
    SubElement(root, "RequestId").text = request_id
    return _text(root)


def _write(element: Element, value: Any, shape: Shape) -> None:
    match shape:
        case StructureShape():
            for name, member in value.items():
                _write(SubElement(element, name), member, shape.members[name])
        case ListShape():
            for member in value:
                _write(SubElement(element, "member"), member, shape.member)
        case _:
            element.text = _scalar(value, shape)


def _scalar(value: Any, shape: Shape) -> str:
    match shape.type_name:
        case "boolean":
            return "true" if value else "false"
        case "timestamp":
            written = datetime.fromtimestamp(value, UTC).isoformat(timespec="milliseconds")
            return written.replace("+00:00", "Z")
        case _:
            return str(value)


def _text(root: Element) -> bytes:
    written: bytes = tostring(root, encoding="utf-8", xml_declaration=True)
    return written
