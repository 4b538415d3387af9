"""The service authorization reference, as cfn-lint ships it: what an operation is authorised for."""

import functools
import importlib.resources
import json
from typing import Any


@functools.cache
def _services() -> dict[str, Any]:
    found = importlib.resources.files("cfnlint") / "data" / "AdditionalSpecs" / "Policies.json"
    services: dict[str, Any] = json.loads(found.read_text())
    return services


def resource_types(service: str, operation: str) -> set[str]:
    """Its types of resources; none where AWS offers no resource-level rights."""
    return set(_services()[service]["Actions"][operation.lower()].get("Resources", []))
