"""Serves Create and Update: looks at everything first, refuses what is not ours, then makes what is missing.

Both are the same, because every step ensures a state. An Update that rolls a failed one back, and one that finds a
setting changed by hand, need nothing special.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from provision_regions.context import ProviderContext
from provision_regions.custom_resource.answer import Answer
from provision_regions.custom_resource.request import Request
from provision_regions.fan_out import each_region
from provision_regions.ownership.names import Names
from provision_regions.ownership.ownership import Ownership
from provision_regions.region_results import MAX_RUNS, require_all, within_runs
from provision_regions.stores.attributes import Store, answer_with
from provision_regions.stores.bucket import StoreBucket
from provision_regions.stores.keys import KeyLook, StoreKeys
from provision_regions.stores.parameters import StoreParameters
from provision_regions.stores.properties import StoreProperties
from provision_regions.stores.records import RecordedStores, StoreRecord


@dataclass(frozen=True)
class StoreLook:
    """What a region has of the store already."""

    bucket: Ownership
    key: KeyLook


@dataclass(frozen=True)
class Provisioning:
    """One Create or Update."""

    request: Request
    context: ProviderContext
    wanted: StoreProperties
    names: Names

    def run(self, physical_id: str) -> Answer:
        """Make every store.

        Raises:
            ForeignError: something of a name that we need belongs to somebody else.
            RegionsFailedError: regions refuse, or need more time than all runs have.
            UnfinishedError: regions need another run.
        """
        parameters, record = StoreParameters(self.context, self.names), StoreRecord(self.context, self.names)
        found = record.read()
        before = found or RecordedStores()
        existing = parameters.existing(self.wanted.regions)
        looks = self._survey(before)
        making = [region for region, look in looks.items() if look.bucket is Ownership.ABSENT]
        # The old properties are not needed: the record knows their regions, except those that were refused.
        begun = before.begun(self.request.request_id, self.wanted.regions, making)
        record.write(begun, new=found is None)
        with within_runs(begun.runs):
            stores = self._make(looks, begun)
            parameters.ensure(existing, {store.region: store.text for store in stores})
            record.write(begun.settled(), new=False)
        return answer_with(self.request, physical_id, self.names, stores)

    def _survey(self, recorded: RecordedStores) -> Mapping[str, StoreLook]:
        """Look at every region. If one of them has something that is not ours, nothing is changed in any of them."""

        def look(region: str) -> StoreLook:
            bucket = self._bucket(region).look_for_ours(begun=region in recorded.making)
            return StoreLook(bucket, self._keys(region).look())

        results = each_region(self.wanted.regions, look, self.context.retrying.deadline)
        return require_all(results, MAX_RUNS)  # nothing is recorded yet, so a survey that hangs is not repeated

    def _make(self, looks: Mapping[str, StoreLook], recorded: RecordedStores) -> tuple[Store, ...]:
        def make(region: str) -> Store:
            bucket, look = self._bucket(region), looks[region]
            key_arn = self._keys(region).ensure(look.key)
            bucket.ensure(look.bucket, key_arn, self.wanted.expire_days)
            return Store(region, bucket.name, key_arn)

        results = each_region(self.wanted.regions, make, self.context.retrying.deadline)
        return tuple(require_all(results, recorded.runs).values())

    def _bucket(self, region: str) -> StoreBucket:
        return StoreBucket(self.context, self.names, region)

    def _keys(self, region: str) -> StoreKeys:
        return StoreKeys(self.context, self.names, region)
