"""A template's values, once the functions of CloudFormation in them are resolved."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any


def resolved(node: Any, values: Mapping[str, str]) -> Any:
    """The node with what ``values`` says of names (``Ref``) and of attributes (``<name>.<attribute>``).

    Raises:
        KeyError: something is named that has no value.
        ValueError: a function that is none of those below.
    """
    if isinstance(node, list):
        return [resolved(part, values) for part in node]
    if not isinstance(node, dict):
        return node
    function = next(iter(node)) if len(node) == 1 else ""
    if function == "Ref":
        return values[node["Ref"]]
    if not function.startswith("Fn::"):
        return {key: resolved(part, values) for key, part in node.items()}
    return _call(function, node[function], values)


def _call(function: str, argument: Any, values: Mapping[str, str]) -> Any:
    if function == "Fn::GetAtt":
        return values[argument if isinstance(argument, str) else ".".join(argument)]
    if function == "Fn::Sub":
        return re.sub(r"\$\{([\w:.-]+)\}", lambda found: values[found[1]], argument)
    parts = resolved(argument, values)
    match function:
        case "Fn::Join":
            return parts[0].join(parts[1])
        case "Fn::Split":
            return parts[1].split(parts[0])
        case "Fn::Select":
            return parts[1][int(parts[0])]
    raise ValueError(f"{function} is not known here")
