"""Reading the registry's replication configuration."""

from collections.abc import Mapping, Sequence
from typing import Any

from crosscheck_cli.stack.connection import Connection


def look_at_replication(connection: Connection) -> Sequence[Mapping[str, Any]]:
    """The rules of the home region's registry, whoever made them."""
    return connection.clients.client("ecr").describe_registry()["replicationConfiguration"].get("rules", [])
