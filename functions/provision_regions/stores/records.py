"""What must be remembered between requests and runs, in one parameter of the home region.

* ``regions``: every region in which this resource ever set out to make a store, so that a Delete reaches those,
  too, that an update has removed.
* ``making``: regions whose bucket was not there when we looked. A run that is stopped between making and tagging
  a bucket would not know it again; with this, it does.
* ``request`` and ``runs``: how often Lambda has delivered the request that is being worked at.
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
        """The record as it must be written before anything is made: one more run of this request."""
        return replace(
            self,
            regions=tuple(sorted({*self.regions, *regions})),
            making=tuple(sorted({*self.making, *making})),
            request=request,
            runs=self.runs_of(request) + 1,
        )

    def settled(self) -> Self:
        """The record when all is made."""
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
