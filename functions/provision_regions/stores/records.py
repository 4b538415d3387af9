"""What a resource remembers of its stores between requests and runs.

* ``regions``: every region in which this resource ever began a store. A Delete also removes those that an update
  took off the list.
* ``making``: regions whose bucket did not exist when we looked. A run that is killed between making and tagging a
  bucket leaves one without a tag; this list tells the next run that it is ours.
* ``request`` and ``runs``: the current request, and how often Lambda has delivered it.
"""

from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from typing import Self

from provision_regions.ownership.record import ResourceRecord


@dataclass(frozen=True)
class RecordedStores:
    """The content of one resource's record."""

    regions: tuple[str, ...] = ()
    making: tuple[str, ...] = ()
    request: str = ""
    runs: int = 0

    def begun(self, request: str, regions: Iterable[str], making: Iterable[str]) -> Self:
        """The record to write before anything is made: one more run of this request."""
        return replace(
            self,
            regions=tuple(sorted({*self.regions, *regions})),
            making=tuple(sorted({*self.making, *making})),
            request=request,
            runs=self.runs_of(request) + 1,
        )

    def settled(self) -> Self:
        """The record to write when everything is made."""
        return replace(self, making=(), request="", runs=0)

    def runs_of(self, request: str) -> int:
        """How many runs of this request have begun."""
        return self.runs if self.request == request else 0


class StoreRecord(ResourceRecord):
    """The record of one resource's stores."""

    def read(self) -> RecordedStores | None:
        """The record; None where the resource never began anything."""
        content = self._load()
        if content is None:
            return None
        return RecordedStores(tuple(content["regions"]), tuple(content["making"]), content["request"], content["runs"])

    def write(self, recorded: RecordedStores, *, new: bool) -> None:
        """Write the record: about 1.5 KB for all regions of AWS."""
        self._save(asdict(recorded), new=new)
