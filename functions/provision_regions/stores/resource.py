"""`Custom::ArtifactStores`: serves a request, from its properties to its answer."""

from provision_regions.context import ProviderContext
from provision_regions.custom_resource.answer import Answer, succeeded
from provision_regions.custom_resource.request import Request, RequestType, request_type
from provision_regions.ownership.names import names_for, names_for_removal
from provision_regions.stores.properties import read_properties, readable_prefix
from provision_regions.stores.provisioning import Provisioning
from provision_regions.stores.removal import Removal


def serve_stores(request: Request, physical_id: str, context: ProviderContext) -> Answer:
    """Make the stores that the template asks for, or remove them.

    Raises:
        CrosscheckError: the answer is FAILED with this text.
        UnfinishedError: the request needs another run.
    """
    if request_type(request) is RequestType.DELETE:
        return _remove(request, physical_id, context)
    wanted = read_properties(request.properties, context)
    return Provisioning(request, context, wanted, names_for(request, context, wanted.prefix)).run(physical_id)


def _remove(request: Request, physical_id: str, context: ProviderContext) -> Answer:
    """Serve a Delete. It succeeds if nothing ever existed.

    Raises:
        CrosscheckError: something could not be removed. The record stays, so that the next Delete goes on.
    """
    names = names_for_removal(request, context, readable_prefix(request.properties))
    if names is not None:
        Removal(request, context, names).run()
    return succeeded(physical_id)
