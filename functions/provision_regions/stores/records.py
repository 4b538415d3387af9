"""What must be remembered between requests and runs, in one parameter of the home region.

* ``regions``: every region in which this resource ever set out to make a store, so that a Delete reaches those,
  too, that an update has removed.
* ``making``: regions whose bucket was not there when we looked. A run that is stopped between making and tagging
  a bucket would not know it again; with this, it does.
* ``request`` and ``runs``: how often Lambda has delivered the request that is being worked at.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace

from provision_regions.ownership.names import compact


@dataclass(frozen=True)
class StoreRecord:
    """The record of one resource."""

    regions: tuple[str, ...] = ()
    making: tuple[str, ...] = ()
    request: str = ""
    runs: int = 0

    def begun(self, request: str, regions: Iterable[str], making: Iterable[str]) -> StoreRecord:
        """The record as it must be written before anything is made: one more run of this request."""
        return StoreRecord(
            regions=tuple(sorted({*self.regions, *regions})),
            making=tuple(sorted({*self.making, *making})),
            request=request,
            runs=self.runs_of(request) + 1,
        )

    def settled(self) -> StoreRecord:
        """The record when all is made."""
        return replace(self, making=(), request="", runs=0)

    def runs_of(self, request: str) -> int:
        """How many runs of this request have begun."""
        return self.runs if self.request == request else 0

    def text(self) -> str:
        """The parameter's value: about 1.5 KB for all regions of AWS."""
        return compact(asdict(self))


def read_record(text: str) -> StoreRecord:
    """The record in a parameter's value."""
    content = json.loads(text)
    return StoreRecord(tuple(content["regions"]), tuple(content["making"]), content["request"], content["runs"])
