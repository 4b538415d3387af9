"""Serves Delete: keeps the stores, or empties and deletes them, those of earlier updates included."""

from dataclasses import dataclass

from provision_regions.context import ProviderContext
from provision_regions.custom_resource.request import Request
from provision_regions.fan_out import each_region
from provision_regions.ownership.names import Names
from provision_regions.ownership.ownership import Ownership
from provision_regions.region_results import RegionResults, require_all, within_runs
from provision_regions.stores.bucket import StoreBucket
from provision_regions.stores.bucket_removal import BucketRemoval
from provision_regions.stores.keys import StoreKeys
from provision_regions.stores.parameters import StoreParameters
from provision_regions.stores.properties import readable_regions, shall_empty
from provision_regions.stores.records import RecordedStores, StoreRecord


@dataclass(frozen=True)
class Removal:
    """One Delete of one prefix's stores."""

    request: Request
    context: ProviderContext
    names: Names

    def run(self) -> None:
        """Remove the stores if the template asks for it, then the parameters, and the record last."""
        record, parameters = StoreRecord(self.context, self.names), StoreParameters(self.context, self.names)
        found = record.read()
        named = readable_regions(self.request.properties, self.context)
        before = found or RecordedStores()
        regions = tuple(dict.fromkeys((*named, *before.regions)))
        with within_runs(before.runs_of(self.request.request_id) + 1):
            if shall_empty(self.request.properties):
                self._empty(regions, before, record, new=found is None)
            parameters.remove(regions)
            record.remove()

    def _empty(self, regions: tuple[str, ...], before: RecordedStores, record: StoreRecord, *, new: bool) -> None:
        deadline = self.context.retrying.deadline
        looks = _without_untouched(each_region(regions, lambda region: self._look(region, before), deadline), before)
        ours = [region for region, ownership in looks.done.items() if ownership in {Ownership.OURS, Ownership.UNTAGGED}]
        begun = before.begun(self.request.request_id, ours, ())
        if ours or not new:
            record.write(begun, new=new)
        require_all(looks, begun.runs)
        results = each_region(looks.done, lambda region: self._remove_store(region, looks.done[region]), deadline)
        require_all(results, begun.runs)

    def _look(self, region: str, recorded: RecordedStores) -> Ownership:
        return StoreBucket(self.context, self.names, region).look(begun=region in recorded.making)

    def _remove_store(self, region: str, ownership: Ownership) -> None:
        """Remove the bucket first. Without its key, what a bucket holds would become unreadable."""
        if ownership in {Ownership.ADOPTED, Ownership.FOREIGN}:
            return
        if ownership is not Ownership.ABSENT:
            BucketRemoval(self.context, self.names, region).run()
        StoreKeys(self.context, self.names, region).remove()


def _without_untouched(looks: RegionResults[Ownership], recorded: RecordedStores) -> RegionResults[Ownership]:
    """Leave out regions that refuse the look and in which we never began: they have nothing of ours."""
    failed = {region: error for region, error in looks.failed.items() if region in recorded.regions}
    return RegionResults(looks.done, failed, looks.late)
