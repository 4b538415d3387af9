"""`Custom::ArtifactStores`: what each request does, from its properties to its answer."""

from provision_regions.context import ProviderContext
from provision_regions.custom_resource.answer import Answer
from provision_regions.custom_resource.request import Request, RequestType, request_type
from provision_regions.stores.provisioning import Provisioning
from provision_regions.stores.removal import remove


def serve_stores(request: Request, physical_id: str, context: ProviderContext) -> Answer:
    """Make the stores as they must be, or remove them.

    Raises:
        CrosscheckError: the answer is FAILED with this text.
        UnfinishedError: Lambda shall deliver the request again.
    """
    if request_type(request) is RequestType.DELETE:
        return remove(request, physical_id, context)
    return Provisioning.of(request, context).run(physical_id)
