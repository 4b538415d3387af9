"""What a resource remembers of itself between runs, in one parameter of the home region."""

import json
from collections.abc import Collection, Mapping
from typing import Any, ClassVar

from provision_regions.ownership.names import compact
from provision_regions.ownership.owned_parameters import OwnedParameters


class ResourceRecord(OwnedParameters):
    """The record of one resource, a JSON object.

    A resource writes it before it begins the work that the record tells of, so that a run that follows a killed one
    recognises what that one made.
    """

    def _load(self) -> Any:
        """The object; None where the resource never began anything."""
        text = self._values([self._names.record]).get(self._names.record)
        return json.loads(text) if text is not None else None

    def _save(self, content: Mapping[str, object], *, new: bool) -> None:
        self._put(self._names.record, compact(content), new=new)

    def remove(self) -> None:
        """Forget the resource."""
        self._delete([self._names.record])


class SetRecord(ResourceRecord):
    """A record that is one set of texts: ``{key: [texts]}``."""

    key: ClassVar[str]

    def read(self) -> frozenset[str] | None:
        """What is ours or was about to be; None where the resource never began anything."""
        content = self._load()
        return None if content is None else frozenset(content[self.key])

    def write(self, texts: Collection[str], *, new: bool) -> None:
        """Write the record."""
        self._save({self.key: sorted(texts)}, new=new)
