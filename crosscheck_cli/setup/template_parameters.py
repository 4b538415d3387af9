"""The template's parameters: what each takes, in its own words."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from crosscheck.errors import ConfigurationError


@dataclass(frozen=True)
class TemplateParameter:
    """A parameter. ``pattern`` is for each value of a list; without ``allowed`` values any is."""

    name: str
    default: str
    listed: bool
    description: str
    pattern: str = ""
    constraint: str = ""
    allowed: tuple[str, ...] = ()

    def problem(self, value: str) -> str:
        """Why the value cannot be used, or CloudFormation would refuse it; empty where it would not."""
        if '"' in value:
            return f"{self.name} cannot hold a quotation mark"
        if self.allowed and value not in self.allowed:
            return f"{self.name} is one of {', '.join(self.allowed)}"
        values = [each.strip() for each in value.split(",")] if self.listed else [value]
        if self.pattern and not all(re.fullmatch(self.pattern, each) for each in values):
            return f"{self.name} has to be {self.constraint}"
        return ""


class _Loader(yaml.SafeLoader):
    """Reads CloudFormation's short forms as what stands behind them."""


_Loader.add_multi_constructor("!", lambda _loader, _tag, node: node.value)


def read_parameters(folder: Path) -> Mapping[str, TemplateParameter]:
    """The parameters of ``template.yaml`` in a folder, by name.

    Raises:
        ConfigurationError: there is none.
    """
    path = folder / "template.yaml"
    if not path.exists():
        raise ConfigurationError(
            f"there is no template.yaml in {folder.resolve()}: run this in a checkout of Crosscheck"
        )
    written: dict[str, dict[str, Any]] = yaml.load(path.read_text(), _Loader)["Parameters"]  # noqa: S506 - a SafeLoader
    return {name: _parameter(name, each) for name, each in written.items()}


def _parameter(name: str, written: Mapping[str, Any]) -> TemplateParameter:
    return TemplateParameter(
        name=name,
        default=str(written.get("Default", "")),
        listed=written["Type"] == "CommaDelimitedList",
        description=" ".join(str(written["Description"]).split()),
        pattern=written.get("AllowedPattern", ""),
        constraint=written.get("ConstraintDescription", ""),
        allowed=tuple(map(str, written.get("AllowedValues", ()))),
    )
