"""CloudFormation cannot delete a managed policy that stands in other people's roles; ministack forgets it silently."""

from collections.abc import Mapping
from typing import Any

from ministack.services import iam
from ministack.services.cloudformation import provisioners

_TYPE = "AWS::IAM::ManagedPolicy"


class DeleteConflictError(Exception):
    """The policy is attached to something that the stack does not attach it to."""


def install() -> None:
    """Replace the deletion of managed policies in stacks."""
    handlers = provisioners._RESOURCE_HANDLERS[_TYPE]  # noqa: SLF001 - ministack offers no public name
    delete = handlers["delete"]

    def delete_unless_attached(arn: str, properties: Mapping[str, Any]) -> None:
        provisioners._iam_policy_reconcile_entities(arn, properties, {})  # noqa: SLF001
        if iam._policies.get(arn, {}).get("AttachmentCount", 0) > 0:  # noqa: SLF001
            raise DeleteConflictError(
                "Cannot delete a policy attached to entities. (Service: Iam, Status Code: 409, DeleteConflict)"
            )
        delete(arn, properties)

    handlers["delete"] = delete_unless_attached
