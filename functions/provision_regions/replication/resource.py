"""`Custom::ReplicationRules`: serves a request, from its properties to its answer."""

from provision_regions.context import ProviderContext
from provision_regions.custom_resource.answer import Answer, succeeded
from provision_regions.custom_resource.request import Request, RequestType, request_type
from provision_regions.ownership.names import names_for, names_for_removal
from provision_regions.replication.properties import read_properties
from provision_regions.replication.registry import ReplicationRegistry
from provision_regions.replication.registry_update import RECORD, RegistryUpdate, ReplicationRecord
from provision_regions.replication.rules import wanted_rules


def serve_replication(request: Request, physical_id: str, context: ProviderContext) -> Answer:
    """Make the rules that the template asks for, or remove them. Other people's rules stay.

    Raises:
        CrosscheckError: the answer is FAILED with this text.
        ClientError: AWS refuses a call; the answer is FAILED, too.
    """
    if request_type(request) is RequestType.DELETE:
        return _remove(request, physical_id, context)
    wanted = wanted_rules(read_properties(request.properties, context), context.account)
    record = ReplicationRecord(context, names_for(request, context, RECORD))
    recorded = record.read()
    if not wanted and recorded is None:  # nobody asks for replication, so the registry is not even read
        return _answer(physical_id, 0)
    ours = RegistryUpdate(ReplicationRegistry(context), record, context.retrying, recorded).apply(wanted)
    return _answer(physical_id, len(ours))


def _remove(request: Request, physical_id: str, context: ProviderContext) -> Answer:
    """Serve a Delete. The properties do not matter, because the record knows our rules."""
    names = names_for_removal(request, context, RECORD)
    if names is None:
        return succeeded(physical_id)
    record = ReplicationRecord(context, names)
    recorded = record.read()
    if recorded is not None:
        RegistryUpdate(ReplicationRegistry(context), record, context.retrying, recorded).apply(())
        record.remove()
    return succeeded(physical_id)


def _answer(physical_id: str, count: int) -> Answer:
    """The answer with ``!GetAtt <logical id>.Rules``: how many rules of the registry belong to this resource."""
    return succeeded(physical_id, {"Rules": str(count)})
