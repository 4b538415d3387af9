"""What is written of the stores in the home region: each one as CodePipeline writes it, and the resource's record.

The record is what the resource remembers between requests and runs:

* ``regions``: every region in which this resource ever began a store. A Delete removes all of them, those that an
  update took off the list included.
* ``making``: regions whose bucket did not exist when we looked. A run that is killed between making and tagging a
  bucket leaves one without a tag; this list tells a later run that it is ours. Regions of an update that was rolled
  back stay on it, until a bucket with tags or none is seen there.
* ``found``: regions with a store that was there before this record, because an earlier resource retained it.
* ``taken``: those of them that no request has finished with since. Nothing empties these.
* ``empties``: whether a Delete empties the stores. Only a Create or an Update says so, never the Delete itself.
* ``finished``: whether a Create or an Update was ever done.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Self

from crosscheck.json_documents import read, write
from provision_regions.ownership.names import Ownership, foreign
from provision_regions.ownership.owned_parameters import OwnedParameters, ResourceRecord


@dataclass(frozen=True)
class RecordedStores:
    """The content of one resource's record."""

    regions: tuple[str, ...] = ()
    making: tuple[str, ...] = ()
    found: tuple[str, ...] = ()
    taken: tuple[str, ...] = ()
    empties: bool = False
    finished: bool = False

    @property
    def to_empty(self) -> tuple[str, ...]:
        """The regions whose stores a Delete empties."""
        return tuple(region for region in self.regions if region not in self.taken) if self.empties else ()

    def making_also(
        self, regions: Iterable[str], making: Iterable[str], found: Iterable[str], *, empties: bool
    ) -> Self:
        """The record to write before anything is made in these regions. ``making`` are all with an untagged bucket,
        ``found`` those in which we found a store.

        A request that is not done yet may take the right to empty the stores away, but not give it: neither for stores
        that this record made and finished, nor for those that were retained before it.
        """
        before = {*found} - {*self.regions}
        return replace(
            self,
            regions=tuple(sorted({*self.regions, *regions})),
            making=tuple(sorted(making)),
            found=tuple(sorted({*self.found} | before)),
            taken=tuple(sorted({*self.taken} | before)),
            empties=empties and (self.empties or not self.finished),
        )

    def settled(self, regions: Iterable[str], *, empties: bool) -> Self:
        """The record to write when everything is made in these regions."""
        making, taken = (tuple(sorted({*left} - {*regions})) for left in (self.making, self.taken))
        return replace(self, making=making, taken=taken, empties=empties, finished=True)


class StoreRecord(ResourceRecord):
    """The record of one resource's stores."""

    def read(self) -> RecordedStores:
        """The record; empty where the resource never began anything. Earlier versions wrote the request into it."""
        return read(RecordedStores, self._load(), f"the record {self._names.record}", strict=False)

    def write(self, recorded: RecordedStores) -> None:
        """Write the record: about 1.5 KB for all regions of AWS. What is empty is left out, because an earlier version
        serves the rollback of an update to this one, and reads no field that it does not know."""
        self._save(write(recorded))


class StoreParameters(OwnedParameters):
    """The parameters of one resource, one per region."""

    def existing(self, regions: Iterable[str]) -> dict[str, str]:
        """The existing parameters' values, by region. All of them are ours or adopted.

        Raises:
            ForeignError: a parameter of that name is somebody else's.
        """
        found = self._found(regions)
        for region, (_, ownership) in found.items():
            if ownership is Ownership.FOREIGN:
                raise foreign(f"the parameter {self._names.parameter(region)}", self._names)
        return {region: value for region, (value, _) in found.items()}

    def ensure(self, existing: Mapping[str, str], wanted: Mapping[str, str]) -> None:
        """Write the wanted values, by region, unless they are there already."""

        def put(region: str) -> None:
            self._put(self._names.parameter(region), wanted[region], new=region not in existing)

        self._for_each((region for region, value in wanted.items() if existing.get(region) != value), put)

    def remove(self, regions: Iterable[str]) -> None:
        """Delete these regions' parameters as far as they are ours."""
        found = self._found(regions)
        ours = [region for region, (_, ownership) in found.items() if ownership is Ownership.OURS]
        self._delete([self._names.parameter(region) for region in ours])

    def _found(self, regions: Iterable[str]) -> dict[str, tuple[str, Ownership]]:
        by_name = {self._names.parameter(region): region for region in regions}
        values = self._values(by_name)
        owned = self._for_each(values, self._ownership)
        return {by_name[name]: (values[name], each) for name, each in owned.items() if each != Ownership.ABSENT}
