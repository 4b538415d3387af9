"""The parameters that hold each region's store as CodePipeline writes it."""

from collections.abc import Iterable, Mapping

from provision_regions.ownership.owned_parameters import OwnedParameters
from provision_regions.ownership.ownership import Ownership, foreign


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
        for region, value in wanted.items():
            if existing.get(region) != value:
                self._put(self._names.parameter(region), value, new=region not in existing)

    def remove(self, regions: Iterable[str]) -> None:
        """Delete these regions' parameters as far as they are ours."""
        found = self._found(regions)
        ours = [region for region, (_, ownership) in found.items() if ownership is Ownership.OURS]
        self._delete([self._names.parameter(region) for region in ours])

    def _found(self, regions: Iterable[str]) -> dict[str, tuple[str, Ownership]]:
        by_name = {self._names.parameter(region): region for region in regions}
        found = {by_name[name]: (value, self._ownership(name)) for name, value in self._values(by_name).items()}
        return {
            region: (value, ownership) for region, (value, ownership) in found.items() if ownership != Ownership.ABSENT
        }
