"""What one AWS service brings to Crosscheck. Each service folder declares it in its ``__init__.py``."""

from abc import ABC
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import ClassVar

from crosscheck.contracts.check import Check, PlannedCheck
from crosscheck.pipelines.definition import ActionDefinition, PipelineDefinition, has_variable


class DeployProvider(ABC):
    """A provider of CodePipeline's deploy actions. The class declares how its check follows from an action."""

    name: ClassVar[str]
    """CodePipeline's name of the provider."""
    check: ClassVar[str]
    """The kind of the check that proves a deployment."""
    keys: ClassVar[Mapping[str, str]]
    """The check's parameters, and the key of the action's configuration that gives each of them."""
    defaults: ClassVar[Mapping[str, str]] = {}
    """The parameters that the configuration may leave out."""

    def parameters(self, configuration: Mapping[str, str]) -> Mapping[str, str]:
        """The check's parameters; a value that the configuration lacks is empty."""
        return {key: configuration.get(name) or self.defaults.get(key, "") for key, name in self.keys.items()}

    def deploys(self, configuration: Mapping[str, str]) -> bool:
        """Whether an action with this configuration brings anything into service."""
        del configuration
        return True

    def unsupported(self, action: ActionDefinition, configuration: Mapping[str, str]) -> str:
        """Why this version cannot look at what the action deployed; empty if it can."""
        missing = [self.keys[key] for key, value in self.parameters(configuration).items() if not value]
        return f"action {action.name} has no {missing[0]}" if missing else ""

    def baselines(self, definition: PipelineDefinition) -> Iterable[PlannedCheck]:
        """The looks that tell what runs before the release. What is not known before it is left out."""
        for action in definition.actions:
            named = self.parameters(action.configuration)
            known = all(named.values()) and not has_variable(named) and not action.crosses_from(definition.account)
            if action.is_of_aws("Deploy", self.name) and known:
                yield PlannedCheck(self.check, action.region, named, baseline_only=True)


@dataclass(frozen=True)
class Service:
    """``checks`` are those that a plan may ask for, ``internal_checks`` those that only Crosscheck itself plans. Its
    rollbacks are in ``registry/rollbacks.py``: only one function has to import them."""

    checks: tuple[Check, ...] = ()
    internal_checks: tuple[Check, ...] = ()
    deploy_providers: tuple[DeployProvider, ...] = ()
