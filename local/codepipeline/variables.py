"""``#{namespace.variable}`` in the configuration of actions."""

import re
from collections.abc import Mapping

from local.codepipeline.errors import ActionError, FailureType

_REFERENCE = re.compile(r"#\{([A-Za-z0-9@_-]+)\.([A-Za-z0-9@_-]+)\}")

Namespaces = Mapping[str, Mapping[str, str]]


def resolve(configuration: Mapping[str, str], namespaces: Namespaces) -> dict[str, str]:
    """The configuration with every reference replaced.

    Raises:
        ActionError: a reference has no value.
    """
    return {key: _resolve(key, text, namespaces) for key, text in configuration.items()}


def references(configuration: Mapping[str, str]) -> set[str]:
    """The namespaces that a configuration refers to."""
    return {match[1] for text in configuration.values() for match in _REFERENCE.finditer(text)}


def _resolve(key: str, text: str, namespaces: Namespaces) -> str:
    def value(reference: re.Match[str]) -> str:
        try:
            return namespaces[reference[1]][reference[2]]
        except KeyError:
            raise ActionError(
                FailureType.CONFIGURATION,
                f"The action configuration {key} references the variable {reference[0]}, which has no value.",
            ) from None

    return _REFERENCE.sub(value, text)
