"""The physical id of a resource. Standard library only: it must be known even where nothing else can be imported."""

from collections.abc import Mapping

MAX_BYTES = 1024
PREFIXED = "Custom::ArtifactStores"  # of the other types a stack's resource is one and the same, whatever it says


def physical_id(event: Mapping[str, object], home_region: str) -> str:
    """``crosscheck/<home region>/<stack name>/<logical id>/<Prefix>``, the same for success and failure.

    A renamed prefix gives another id, which makes CloudFormation replace the resource. Types that have no prefix end
    with ``-`` and are never replaced. A Delete keeps the id it names.
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
