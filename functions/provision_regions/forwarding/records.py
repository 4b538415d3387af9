"""In which regions a resource may have a rule: one parameter of the home region, written before any rule is made.

So a Delete and a rollback reach the rules of every run, those that were killed and those of other properties included.
"""

from __future__ import annotations

import json
from collections.abc import Collection
from typing import TYPE_CHECKING

from provision_regions.stores.names import OWNER_TAG, compact

if TYPE_CHECKING:
    from mypy_boto3_ssm import SSMClient

    from provision_regions.stores.names import Names
    from provision_regions.surroundings import Surroundings

RECORD = "EventForwarding"  # no store's prefix has capitals


class Records:
    """The record of one resource: about 600 bytes for all regions of AWS."""

    def __init__(self, around: Surroundings, names: Names) -> None:
        self._ssm: SSMClient = around.clients.ssm(around.home_region)
        self._call = around.patience
        self._names = names

    def read(self) -> frozenset[str]:
        """The regions; none where nothing was ever begun."""
        found = self._call(self._ssm.get_parameters, Names=[self._names.record])["Parameters"]
        return frozenset(json.loads(found[0]["Value"])["regions"]) if found else frozenset()

    def change(self, before: Collection[str], after: Collection[str]) -> None:
        """Write the regions where they differ; without regions there is no record.

        A parameter takes tags only when it is made.
        """
        if set(before) == set(after):
            return
        name, value = self._names.record, compact({"regions": sorted(after)})
        if not after:
            self._call(self._ssm.delete_parameters, Names=[name])
        elif before:
            self._call(self._ssm.put_parameter, Name=name, Value=value, Type="String", Overwrite=True)
        else:
            tags = [{"Key": OWNER_TAG, "Value": self._names.owner}]
            self._call(self._ssm.put_parameter, Name=name, Value=value, Type="String", Tags=tags)  # type: ignore[arg-type]
