"""What a request is served with: the account, its partition, the clients, the time that is left."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, cast

from botocore.loaders import create_loader

from crosscheck.clients import Clients
from provision_regions.retry import Retrying


@dataclass(frozen=True)
class Partition:
    """A partition of AWS: ``aws``, ``aws-cn``, ``aws-us-gov`` …"""

    name: str
    dns_suffix: str
    regions: frozenset[str]

    @property
    def routes_events(self) -> bool:
        """Whether a rule's target can be an event bus in another region: not in China, nor in GovCloud.

        https://aws.amazon.com/blogs/compute/expanding-cross-region-event-routing-with-amazon-eventbridge/
        """
        return self.name == "aws"


@dataclass(frozen=True)
class ProviderContext:
    """Everything that a resource needs besides its request.

    ``store_prefix`` is the template's ArtifactStorePrefix. ``forwarding_role`` is the ARN of the role that forwarding
    rules send events under; it is empty if the template forwards nothing. ``run`` is how often Lambda has delivered the
    request.
    """

    clients: Clients
    partition: Partition
    account: str
    home_region: str
    store_prefix: str
    retrying: Retrying
    forwarding_role: str = ""
    run: int = 1


@cache
def partition_named(name: str) -> Partition:
    """The partition with all its regions by the SDK's data, whether this account has enabled them or not.

    Raises:
        KeyError: the SDK knows no such partition.
    """
    data = cast("Mapping[str, Any]", create_loader().load_data("partitions"))
    found = {entry["id"]: entry for entry in data["partitions"]}[name]
    # The data lists "aws-global" among the regions, although it is none.
    regions = frozenset(region for region in found["regions"] if not region.endswith("-global"))
    return Partition(name, found["outputs"]["dnsSuffix"], regions)
