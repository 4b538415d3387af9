"""Parameters of the home region: each store as CodePipeline writes it, and the resource's record."""

from collections.abc import Iterable, Mapping

from botocore.exceptions import ClientError

from provision_regions.ownership.owned_parameters import OwnedParameters
from provision_regions.ownership.ownership import Standing, foreign, standing_by
from provision_regions.retry import code_of
from provision_regions.stores.records import Record, read_record


class Parameters(OwnedParameters):
    """The parameters of one resource."""

    def read_record(self) -> Record | None:
        """The resource's record, None where nothing was ever begun."""
        text = self._values([self._names.record]).get(self._names.record)
        return read_record(text) if text is not None else None

    def write_record(self, record: Record, *, new: bool) -> None:
        """Write the record."""
        self._put(self._names.record, record.text(), new=new)

    def remove_record(self) -> None:
        """Forget the resource."""
        self._delete([self._names.record])

    def existing(self, regions: Iterable[str]) -> dict[str, str]:
        """The values of those regions' parameters that exist, all of them ours or adopted, by region.

        Raises:
            ForeignError: a parameter of that name is somebody else's.
        """
        found = self._found(regions)
        for region, (_, standing) in found.items():
            if standing is Standing.FOREIGN:
                raise foreign(f"the parameter {self._names.parameter(region)}", self._names)
        return {region: value for region, (value, _) in found.items()}

    def ensure(self, existing: Mapping[str, str], wanted: Mapping[str, str]) -> None:
        """Write the wanted values, by region, where they differ."""
        for region, value in wanted.items():
            if existing.get(region) != value:
                self._put(self._names.parameter(region), value, new=region not in existing)

    def remove(self, regions: Iterable[str]) -> None:
        """Delete those regions' parameters that are ours; others stay."""
        found = self._found(regions)
        ours = [region for region, (_, standing) in found.items() if standing is Standing.OURS]
        self._delete([self._names.parameter(region) for region in ours])

    def _found(self, regions: Iterable[str]) -> dict[str, tuple[str, Standing]]:
        by_name = {self._names.parameter(region): region for region in regions}
        found = {by_name[name]: (value, self._standing(name)) for name, value in self._values(by_name).items()}
        return {region: (value, standing) for region, (value, standing) in found.items() if standing != Standing.ABSENT}

    def _standing(self, name: str) -> Standing:
        try:
            listed = self._call(self._ssm.list_tags_for_resource, ResourceType="Parameter", ResourceId=name)
        except ClientError as error:
            if code_of(error) == "InvalidResourceId":
                return Standing.ABSENT  # another run of the same request has just deleted it
            raise
        tags = {tag["Key"]: tag["Value"] for tag in listed.get("TagList", [])}
        standing = standing_by(tags, self._names)
        return Standing.FOREIGN if standing is Standing.UNTAGGED else standing

    def _put(self, name: str, value: str, *, new: bool) -> None:
        if new and self._make(name, value):
            return
        if new and self._standing(name) is Standing.FOREIGN:
            raise foreign(f"the parameter {name}", self._names)
        self._overwrite(name, value)
