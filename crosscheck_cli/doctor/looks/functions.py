"""Reading the functions, and what invokes them."""

from crosscheck.aws_errors import ignoring
from crosscheck_cli.doctor.rules.functions import SeenFunction, SeenMapping
from crosscheck_cli.stack.connection import Connection


def look_at_function(connection: Connection, logical_id: str) -> SeenFunction:
    """A function of the stack."""
    name = connection.stack.resources[logical_id]
    reserved = connection.clients.client("lambda").get_function_concurrency(FunctionName=name)
    return SeenFunction(logical_id, name, reserved.get("ReservedConcurrentExecutions"))


def look_at_mapping(connection: Connection, logical_id: str) -> SeenMapping:
    """What reads a queue for a function of the stack."""
    uuid = connection.stack.resources[logical_id]
    with ignoring("ResourceNotFoundException"):
        found = connection.clients.client("lambda").get_event_source_mapping(UUID=uuid)
        return SeenMapping(logical_id, uuid, found["State"])
    return SeenMapping(logical_id, uuid, "")


def look_at_schedule(connection: Connection) -> tuple[str, str]:
    """Name and state of reconcile's schedule; the state is empty where it is gone."""
    name = connection.stack.resources["ReconcileSchedule"]
    with ignoring("ResourceNotFoundException"):
        return name, connection.clients.client("scheduler").get_schedule(Name=name)["State"]
    return name, ""
