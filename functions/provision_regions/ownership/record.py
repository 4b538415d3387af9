"""What a resource remembers of itself between runs: a set of texts, in one parameter of the home region."""

import json
from collections.abc import Collection
from typing import ClassVar

from provision_regions.ownership.names import compact
from provision_regions.ownership.owned_parameters import OwnedParameters


class ResourceRecord(OwnedParameters):
    """The record of one resource: ``{key: [texts]}``. It is written before what it tells of is begun, so that a run
    that was killed knows its own again."""

    key: ClassVar[str]

    def read(self) -> frozenset[str] | None:
        """What is, or was about to be, ours; None where nothing was ever begun."""
        text = self._values([self._names.record]).get(self._names.record)
        return frozenset(json.loads(text)[self.key]) if text is not None else None

    def write(self, texts: Collection[str], *, new: bool) -> None:
        """Write the record."""
        name, value = self._names.record, compact({self.key: sorted(texts)})
        if not new or not self._make(name, value):
            self._overwrite(name, value)

    def remove(self) -> None:
        """Forget the resource."""
        self._delete([self._names.record])
