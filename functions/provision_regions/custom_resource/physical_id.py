"""The physical id of a resource. Standard library only, because ``import_failure`` needs it without the layer."""

from collections.abc import Mapping

MAX_BYTES = 1024
PREFIXED = "Custom::ArtifactStores"  # a resource of another type stays the same, whatever its properties say


def physical_id(event: Mapping[str, object], home_region: str) -> str:
    """``crosscheck/<home region>/<stack name>/<logical id>/<Prefix>``, the same for success and failure.

    A new prefix gives another id, so CloudFormation replaces the resource. The ids of types without a prefix end with
    ``-``, so these are never replaced. A Delete keeps the id that it names.
    """
    given = event.get("PhysicalResourceId")
    if event.get("RequestType") == "Delete" and isinstance(given, str) and given:
        return given
    properties = event.get("ResourceProperties") if event.get("ResourceType") == PREFIXED else None
    prefix = properties.get("Prefix") if isinstance(properties, dict) else None
    stack = str(event.get("StackId", "")).split("/")
    name = stack[1] if len(stack) > 1 else "-"
    logical = str(event.get("LogicalResourceId", "-"))
    text = f"crosscheck/{home_region}/{name}/{logical}/{prefix if isinstance(prefix, str) and prefix else '-'}"
    return text.encode(errors="replace")[:MAX_BYTES].decode(errors="ignore")
