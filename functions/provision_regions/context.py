"""What serves a request: the account, the clients, the time that is left."""

from dataclasses import dataclass

from crosscheck.clients import Clients
from provision_regions.partitions import Partition
from provision_regions.retry import Retrying


@dataclass(frozen=True)
class ProviderContext:
    """Everything a resource needs besides its request.

    ``store_prefix`` is the template's ArtifactStorePrefix. ``forwarding_role`` is the ARN of the role that forwarding
    rules send events under; a template that forwards nothing leaves it empty.
    """

    clients: Clients
    partition: Partition
    account: str
    home_region: str
    store_prefix: str
    retrying: Retrying
    forwarding_role: str = ""
