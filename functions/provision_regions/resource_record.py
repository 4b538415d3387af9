"""What a resource remembers of itself between runs: a set of texts, in one parameter of the home region."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, ClassVar

from botocore.exceptions import ClientError

from provision_regions.patience import code_of
from provision_regions.stores.names import OWNER_TAG, compact

if TYPE_CHECKING:
    from collections.abc import Collection

    from mypy_boto3_ssm import SSMClient

    from provision_regions.stores.names import Names
    from provision_regions.surroundings import Surroundings


class ResourceRecord:
    """The record of one resource: ``{key: [texts]}``. It is written before what it tells of is begun, so that a run
    that was killed knows its own again."""

    key: ClassVar[str]

    def __init__(self, around: Surroundings, names: Names) -> None:
        self._ssm: SSMClient = around.clients.ssm(around.home_region)
        self._call = around.patience
        self._names = names

    def read(self) -> frozenset[str] | None:
        """What is, or was about to be, ours; None where nothing was ever begun."""
        found = self._call(self._ssm.get_parameters, Names=[self._names.record])["Parameters"]
        return frozenset(json.loads(found[0]["Value"])[self.key]) if found else None

    def write(self, texts: Collection[str], *, new: bool) -> None:
        """Write the record; a parameter takes tags only when it is made."""
        name, value = self._names.record, compact({self.key: sorted(texts)})
        if not new:
            self._call(self._ssm.put_parameter, Name=name, Value=value, Type="String", Overwrite=True)
            return
        tags = [{"Key": OWNER_TAG, "Value": self._names.owner}]
        try:
            self._call(self._ssm.put_parameter, Name=name, Value=value, Type="String", Tags=tags)  # type: ignore[arg-type]
        except ClientError as error:
            if code_of(error) != "ParameterAlreadyExists":
                raise
            # By another run of the same request, or by this call, whose first answer the SDK did not get.
            self.write(texts, new=False)

    def remove(self) -> None:
        """Forget the resource."""
        self._call(self._ssm.delete_parameters, Names=[self._names.record])
