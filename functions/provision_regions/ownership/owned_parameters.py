"""Parameters of the home region that are a resource's own, by their tag: always String and never secret."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import batched
from typing import TYPE_CHECKING

from crosscheck.aws_errors import ignoring
from provision_regions.context import ProviderContext
from provision_regions.ownership.names import OWNER_TAG, Names
from provision_regions.ownership.ownership import Ownership, foreign, ownership_by_tags

if TYPE_CHECKING:
    from mypy_boto3_ssm import SSMClient

BATCH = 10  # names per GetParameters and DeleteParameters


class OwnedParameters:
    """What every kind of parameter does."""

    def __init__(self, context: ProviderContext, names: Names) -> None:
        self._ssm: SSMClient = context.clients.ssm(context.home_region)
        self._call = context.retrying
        self._names = names

    def _values(self, names: Iterable[str]) -> dict[str, str]:
        values: dict[str, str] = {}
        for batch in batched(names, BATCH, strict=False):
            found = self._call(self._ssm.get_parameters, Names=list(batch))["Parameters"]
            values |= {parameter["Name"]: parameter["Value"] for parameter in found}
        return values

    def _make(self, name: str, value: str) -> bool:
        """Make it; False where there is one of that name: by another run of the same request, or by this call, whose
        first answer the SDK did not get.

        Tags can only be given to a new parameter, in the same call: none is ever ours and untagged.
        """
        tags = [{"Key": OWNER_TAG, "Value": self._names.owner}]
        with ignoring("ParameterAlreadyExists"):
            self._call(self._ssm.put_parameter, Name=name, Value=value, Type="String", Tags=tags)  # type: ignore[arg-type]
            return True
        return False

    def _ownership(self, name: str) -> Ownership:
        with ignoring("InvalidResourceId"):
            listed = self._call(self._ssm.list_tags_for_resource, ResourceType="Parameter", ResourceId=name)
            tags = {tag["Key"]: tag["Value"] for tag in listed.get("TagList", [])}
            ownership = ownership_by_tags(tags, self._names)
            return Ownership.FOREIGN if ownership is Ownership.UNTAGGED else ownership
        return Ownership.ABSENT  # another run of the same request has just deleted it

    def _put(self, name: str, value: str, *, new: bool) -> None:
        if new and self._make(name, value):
            return
        if new and self._ownership(name) is Ownership.FOREIGN:
            raise foreign(f"the parameter {name}", self._names)
        self._call(self._ssm.put_parameter, Name=name, Value=value, Type="String", Overwrite=True)

    def _delete(self, names: Iterable[str]) -> None:
        for batch in batched(names, BATCH, strict=False):
            self._call(self._ssm.delete_parameters, Names=list(batch))
