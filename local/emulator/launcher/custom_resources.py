"""CloudFormation invokes a custom resource's function asynchronously, and shows meanwhile what it is at.

Lambda retries an asynchronous invocation twice when it fails. Ministack invokes once; a function that raises near its
timeout in order to be called again would never answer. And ministack shows a resource only when it is made, with its
old state while it is updated or deleted, and no event when the predecessor of a replacement is deleted.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from ministack.core.responses import now_iso
from ministack.services import cloudformation, lambda_svc
from ministack.services.cloudformation import custom_resource, stacks

_SENDING = ContextVar("sending", default=False)
_STATUSES = {"Create": "CREATE_IN_PROGRESS", "Update": "UPDATE_IN_PROGRESS", "Delete": "DELETE_IN_PROGRESS"}


def install() -> None:
    """Replace the invocation of custom resources."""
    _invoke_asynchronously()
    _show_meanwhile()


def _invoke_asynchronously() -> None:
    execute = lambda_svc._execute_function_with_config_scope  # noqa: SLF001 - ministack offers no public name

    def execute_or_enqueue(func: dict[str, Any], event: Any) -> Any:
        if _SENDING.get():  # nobody else's invocation, whatever it looks like
            return lambda_svc.invoke_async_with_retry(func, event)
        return execute(func, event)

    lambda_svc._execute_function_with_config_scope = execute_or_enqueue  # noqa: SLF001


def _show_meanwhile() -> None:
    invoke = custom_resource.invoke_custom_resource

    def invoke_and_show(  # noqa: PLR0917 - as ministack calls it
        request_type: str,
        logical_id: str,
        props: Any,
        stack_name: str,
        stack_id: str,
        resource_type: str,
        physical_id: str = "",
        old_props: Any = None,
    ) -> Any:
        shown = {
            "LogicalResourceId": logical_id,
            "PhysicalResourceId": physical_id,
            "ResourceType": resource_type,
            "ResourceStatus": _STATUSES[request_type],
            "Timestamp": now_iso(),
        }
        with _shown(stack_name, stack_id, shown):
            given = {"physical_id": physical_id or None, "old_props": old_props}
            token = _SENDING.set(True)
            try:
                return invoke(request_type, logical_id, props, stack_name, stack_id, resource_type, **given)
            finally:
                _SENDING.reset(token)

    custom_resource.invoke_custom_resource = invoke_and_show


@contextmanager
def _shown(stack_name: str, stack_id: str, shown: dict[str, str]) -> Iterator[None]:
    """The engine waits for the answer, so it misses nothing of what is shown instead of its own record."""
    resources = cloudformation._stacks.get(stack_name, {}).get("_resources", {})  # noqa: SLF001
    logical_id, physical_id, status = shown["LogicalResourceId"], shown["PhysicalResourceId"], shown["ResourceStatus"]
    before = resources.get(logical_id)
    if status == _STATUSES["Delete"]:
        stacks._add_event(  # noqa: SLF001
            stack_id, stack_name, logical_id, shown["ResourceType"], status, physical_id=physical_id
        )
    if before is None or status != _STATUSES["Delete"] or before.get("PhysicalResourceId") == physical_id:
        resources[logical_id] = {**(before or {}), **shown}
    try:
        yield
    finally:
        if before is None:
            resources.pop(logical_id, None)
        else:
            resources[logical_id] = before
