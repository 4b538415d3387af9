"""Parameters of the home region: each store as CodePipeline writes it, and the resource's record."""

from collections.abc import Iterable, Mapping

from botocore.exceptions import ClientError

from crosscheck.aws_errors import code
from provision_regions.ownership.owned_parameters import OwnedParameters
from provision_regions.ownership.ownership import Ownership, foreign, ownership_by_tags
from provision_regions.stores.records import StoreRecord, read_record


class StoreParameters(OwnedParameters):
    """The parameters of one resource."""

    def read_record(self) -> StoreRecord | None:
        """The resource's record, None where nothing was ever begun."""
        text = self._values([self._names.record]).get(self._names.record)
        return read_record(text) if text is not None else None

    def write_record(self, record: StoreRecord, *, new: bool) -> None:
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
        for region, (_, ownership) in found.items():
            if ownership is Ownership.FOREIGN:
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
        ours = [region for region, (_, ownership) in found.items() if ownership is Ownership.OURS]
        self._delete([self._names.parameter(region) for region in ours])

    def _found(self, regions: Iterable[str]) -> dict[str, tuple[str, Ownership]]:
        by_name = {self._names.parameter(region): region for region in regions}
        found = {by_name[name]: (value, self._ownership(name)) for name, value in self._values(by_name).items()}
        return {
            region: (value, ownership) for region, (value, ownership) in found.items() if ownership != Ownership.ABSENT
        }

    def _ownership(self, name: str) -> Ownership:
        try:
            listed = self._call(self._ssm.list_tags_for_resource, ResourceType="Parameter", ResourceId=name)
        except ClientError as error:
            if code(error) == "InvalidResourceId":
                return Ownership.ABSENT  # another run of the same request has just deleted it
            raise
        tags = {tag["Key"]: tag["Value"] for tag in listed.get("TagList", [])}
        ownership = ownership_by_tags(tags, self._names)
        return Ownership.FOREIGN if ownership is Ownership.UNTAGGED else ownership

    def _put(self, name: str, value: str, *, new: bool) -> None:
        if new and self._make(name, value):
            return
        if new and self._ownership(name) is Ownership.FOREIGN:
            raise foreign(f"the parameter {name}", self._names)
        self._overwrite(name, value)
