"""A fake of Lambda in one region: functions with versions, aliases and provisioned concurrency."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.fakes.json_protocol import RefusedError
from tests.fakes.modelled import ModelledService

NOT_FOUND = "ResourceNotFoundException"


@dataclass
class FakeFunction:
    """Versions and aliases in the shapes of the API."""

    versions: dict[str, dict[str, Any]] = field(default_factory=dict)
    aliases: dict[str, dict[str, Any]] = field(default_factory=dict)
    provisioned: dict[str, dict[str, Any]] = field(default_factory=dict)


class FakeLambda(ModelledService):
    """Holds what a test puts into it, and keeps an alias's revision as Lambda does. ``before_update`` is what happens
    just before the next UpdateAlias is served."""

    service = "lambda"

    def __init__(self) -> None:
        super().__init__()
        self.functions: dict[str, FakeFunction] = {}
        self.before_update: Callable[[], object] = lambda: None
        self._revisions = itertools.count(1)

    def publish(self, function: str, *numbers: str) -> FakeFunction:
        """Versions that can be called."""
        found = self.functions.setdefault(function, FakeFunction())
        for number in numbers:
            state = {"State": "Active", "LastUpdateStatus": "Successful"}
            found.versions[number] = {"FunctionName": function, "Version": number, **state}
        return found

    def point(self, function: str, name: str, version: str, **weights: float) -> dict[str, Any]:
        """Point an alias at a version; ``v7=0.1`` sends a tenth of the calls to version 7. The stored document."""
        shares = {key.removeprefix("v"): weight for key, weight in weights.items()}
        document: dict[str, Any] = {
            "Name": name,
            "FunctionVersion": version,
            "RevisionId": f"revision-{next(self._revisions)}",
            **({"RoutingConfig": {"AdditionalVersionWeights": shares}} if shares else {}),
        }
        self.functions[function].aliases[name] = document
        return document

    def get_alias(self, params: Mapping[str, Any]) -> dict[str, Any]:
        """The alias."""
        return self._alias(params["FunctionName"], params["Name"])

    def get_function_configuration(self, params: Mapping[str, Any]) -> dict[str, Any]:
        """The configuration of a version."""
        versions = self._function(params["FunctionName"]).versions
        if params["Qualifier"] not in versions:
            raise RefusedError(NOT_FOUND, status=404)
        return versions[params["Qualifier"]]

    def get_provisioned_concurrency_config(self, params: Mapping[str, Any]) -> dict[str, Any]:
        """The provisioned concurrency of an alias."""
        function = self._function(params["FunctionName"])
        if params["Qualifier"] not in function.provisioned:
            raise RefusedError("ProvisionedConcurrencyConfigNotFoundException", status=404)
        return function.provisioned[params["Qualifier"]]

    def update_alias(self, params: Mapping[str, Any]) -> dict[str, Any]:
        """Only of the revision that is named, and to a version that exists."""
        happens, self.before_update = self.before_update, lambda: None
        happens()
        function, alias = params["FunctionName"], self._alias(params["FunctionName"], params["Name"])
        if params.get("RevisionId", alias["RevisionId"]) != alias["RevisionId"]:
            raise RefusedError("PreconditionFailedException", status=412)
        if params["FunctionVersion"] not in self.functions[function].versions:
            raise RefusedError(NOT_FOUND, status=404)
        weights = params.get("RoutingConfig", alias.get("RoutingConfig", {})).get("AdditionalVersionWeights", {})
        shares = {f"v{version}": weight for version, weight in weights.items()}
        return self.point(function, params["Name"], params["FunctionVersion"], **shares)

    def _function(self, name: str) -> FakeFunction:
        short = name.rpartition(":")[2]
        if short not in self.functions:
            raise RefusedError(NOT_FOUND, status=404)
        return self.functions[short]

    def _alias(self, function: str, name: str) -> dict[str, Any]:
        aliases = self._function(function).aliases
        if name not in aliases:
            raise RefusedError(NOT_FOUND, status=404)
        return aliases[name]
