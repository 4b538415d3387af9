"""What follows from a deploy action: which check proves it, and with which parameters."""

from abc import ABC
from collections.abc import Mapping
from typing import ClassVar

from crosscheck.pipelines.definition import ActionDefinition


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
