"""Which rules are ours: their fingerprints, in one parameter of the home region.

They are written before the registry is changed, so that a run that is killed in between knows its own rules again.
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

RECORD = "ReplicationRules"  # no store's prefix has capitals


class Records:
    """The record of one resource: about 35 bytes for each rule."""

    def __init__(self, around: Surroundings, names: Names) -> None:
        self._ssm: SSMClient = around.clients.ssm(around.home_region)
        self._call = around.patience
        self._names = names

    def read(self) -> frozenset[str] | None:
        """The fingerprints of the rules that are, or were about to be, ours; None where nothing was ever begun."""
        found = self._call(self._ssm.get_parameters, Names=[self._names.record])["Parameters"]
        return frozenset(json.loads(found[0]["Value"])["rules"]) if found else None

    def write(self, rules: Collection[str], *, new: bool) -> None:
        """Write the record; a parameter takes tags only when it is made."""
        name, value = self._names.record, compact({"rules": sorted(rules)})
        if new:
            tags = [{"Key": OWNER_TAG, "Value": self._names.owner}]
            self._call(self._ssm.put_parameter, Name=name, Value=value, Type="String", Tags=tags)  # type: ignore[arg-type]
        else:
            self._call(self._ssm.put_parameter, Name=name, Value=value, Type="String", Overwrite=True)

    def remove(self) -> None:
        """Forget the resource."""
        self._call(self._ssm.delete_parameters, Names=[self._names.record])
