"""`Custom::ArtifactStores`: serves a request, from its properties to its answer.

Create and Update are the same, because every step ensures a state: look at everything first, refuse what is not ours,
then make what is missing. An Update that rolls a failed one back, and one that finds a setting changed by hand, need
nothing special. Delete keeps the stores, or empties and deletes them, those of earlier updates included.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from provision_regions.context import ProviderContext
from provision_regions.custom_resource.request import Request
from provision_regions.ownership.names import Names, Ownership, compact, names_for, names_for_removal
from provision_regions.region_results import MAX_RUNS, each_region, require_all, within_runs
from provision_regions.stores.attributes import Store, attributes
from provision_regions.stores.bucket import StoreBucket
from provision_regions.stores.bucket_removal import BucketRemoval
from provision_regions.stores.keys import KeyLook, StoreKeys
from provision_regions.stores.properties import (
    StoreProperties,
    read_properties,
    readable_prefix,
    readable_regions,
    shall_empty,
)
from provision_regions.stores.records import RecordedStores, StoreParameters, StoreRecord


@dataclass(frozen=True)
class StoreLook:
    """What a region has of the store already."""

    bucket: Ownership
    key: KeyLook


@dataclass(frozen=True)
class Stores:
    """The stores of one prefix, as one request wants them."""

    request: Request
    context: ProviderContext
    names: Names

    def provision(self, wanted: StoreProperties) -> Mapping[str, str]:
        """Make every store; returns the attributes.

        Raises:
            ForeignError: something of a name that we need belongs to somebody else.
            RegionsFailedError: regions refuse, or need more time than all runs have.
            UnfinishedError: regions need another run.
        """
        parameters, record = StoreParameters(self.context, self.names), StoreRecord(self.context, self.names)
        before = record.read()
        existing = parameters.existing(wanted.regions)
        looks = self._survey(wanted, before)
        making = [region for region, look in looks.items() if look.bucket is Ownership.ABSENT]
        # The old properties are not needed: the record knows their regions, except those that were refused.
        begun = before.begun(self.request.request_id, wanted.regions, making)
        record.write(begun)
        with within_runs(begun.runs):
            stores = self._make(wanted, looks, begun)
            parameters.ensure(existing, {store.region: compact(store.content) for store in stores})
            record.write(begun.settled())
        return attributes(self.request, self.names, stores)

    def _survey(self, wanted: StoreProperties, recorded: RecordedStores) -> Mapping[str, StoreLook]:
        """Look at every region. If one of them has something that is not ours, nothing is changed in any of them."""

        def look(region: str) -> StoreLook:
            bucket = self._bucket(region).look_for_ours(begun=region in recorded.making)
            return StoreLook(bucket, self._keys(region).look())

        results = each_region(wanted.regions, look, self.context.retrying.deadline)
        return require_all(results, MAX_RUNS)  # nothing is recorded yet, so a survey that hangs is not repeated

    def _make(
        self, wanted: StoreProperties, looks: Mapping[str, StoreLook], recorded: RecordedStores
    ) -> tuple[Store, ...]:
        def make(region: str) -> Store:
            bucket, look = self._bucket(region), looks[region]
            key_arn = self._keys(region, wanted.reader_accounts).ensure(look.key)
            bucket.ensure(look.bucket, key_arn, wanted)
            return Store(region, bucket.name, key_arn)

        results = each_region(wanted.regions, make, self.context.retrying.deadline)
        return tuple(require_all(results, recorded.runs).values())

    def _bucket(self, region: str) -> StoreBucket:
        return StoreBucket(self.context, self.names, region)

    def _keys(self, region: str, readers: tuple[str, ...] = ()) -> StoreKeys:
        return StoreKeys(self.context, self.names, region, readers)

    def remove(self) -> None:
        """Remove the stores if the template asks for it, then the parameters, and the record last."""
        record, parameters = StoreRecord(self.context, self.names), StoreParameters(self.context, self.names)
        before = record.read()
        named = readable_regions(self.request.properties, self.context)
        regions = tuple(dict.fromkeys((*named, *before.regions)))
        with within_runs(before.runs_of(self.request.request_id) + 1):
            if shall_empty(self.request.properties):
                self._empty(regions, before, record)
            parameters.remove(regions)
            record.remove()

    def _empty(self, regions: tuple[str, ...], before: RecordedStores, record: StoreRecord) -> None:
        deadline = self.context.retrying.deadline
        looks = each_region(regions, lambda region: self._bucket(region).look(begun=region in before.making), deadline)
        # Regions that refuse the look and in which we never began have nothing of ours.
        failed = {region: error for region, error in looks.failed.items() if region in before.regions}
        ours = [region for region, ownership in looks.done.items() if ownership in {Ownership.OURS, Ownership.UNTAGGED}]
        begun = before.begun(self.request.request_id, ours, ())
        if ours or record.exists:
            record.write(begun)
        require_all(replace(looks, failed=failed), begun.runs)
        results = each_region(looks.done, lambda region: self._remove_store(region, looks.done[region]), deadline)
        require_all(results, begun.runs)

    def _remove_store(self, region: str, ownership: Ownership) -> None:
        """Remove the bucket first. Without its key, what a bucket holds would become unreadable."""
        if ownership in {Ownership.ADOPTED, Ownership.FOREIGN}:
            return
        if ownership is not Ownership.ABSENT:
            BucketRemoval(self.context, self.names, region).run()
        self._keys(region).remove()


def provision_stores(request: Request, context: ProviderContext) -> Mapping[str, str]:
    """Make the stores that the template asks for; returns the attributes.

    Raises:
        CrosscheckError: the answer is FAILED with this text.
        UnfinishedError: the request needs another run.
    """
    wanted = read_properties(request.properties, context)
    return Stores(request, context, names_for(request, context, wanted.prefix)).provision(wanted)


def remove_stores(request: Request, context: ProviderContext) -> None:
    """Remove the stores, or retain them if the template says so. It succeeds if nothing ever existed.

    Raises:
        CrosscheckError: something could not be removed. The record stays, so that the next Delete goes on.
        UnfinishedError: the request needs another run.
    """
    names = names_for_removal(request, context, readable_prefix(request.properties))
    if names is not None:
        Stores(request, context, names).remove()
