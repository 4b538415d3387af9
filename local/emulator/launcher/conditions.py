"""``Fn::Split`` in a template's conditions, which CloudFormation evaluates and ministack does not know."""

from collections.abc import Mapping
from typing import Any

from ministack.services.cloudformation import changesets, engine, handlers, stacks


def _split_resolved(node: Any, parameters: Mapping[str, Mapping[str, Any]]) -> Any:
    """The same conditions with each ``Fn::Split`` of a text or of a parameter replaced by its list."""
    if isinstance(node, list):
        return [_split_resolved(entry, parameters) for entry in node]
    if not isinstance(node, dict):
        return node
    if "Fn::Split" not in node:
        return {key: _split_resolved(entry, parameters) for key, entry in node.items()}
    delimiter, text = node["Fn::Split"]
    if isinstance(text, dict) and text.get("Ref") in parameters:
        text = parameters[text["Ref"]]["Value"]
    return text.split(delimiter) if isinstance(text, str) else node


def install() -> None:
    """Replace the evaluation of conditions wherever ministack imported it."""
    evaluate = engine._evaluate_conditions  # noqa: SLF001 - ministack offers no public name

    def evaluate_with_split(template: dict[str, Any], parameters: dict[str, Any]) -> Any:
        conditions = _split_resolved(template.get("Conditions", {}), parameters)
        return evaluate({**template, "Conditions": conditions}, parameters)

    for module in (engine, changesets, handlers, stacks):
        module._evaluate_conditions = evaluate_with_split  # noqa: SLF001
