"""`Custom::ArtifactStores`: serves a request, from its properties to its answer.

Create and Update are the same, because every step ensures a state: look at everything first, refuse what is not ours,
then make what is missing. An Update that rolls a failed one back, and one that finds a setting changed by hand, need
nothing special. Delete keeps the stores, or empties and deletes them, those of earlier updates included: as the last
Create or Update that succeeded said, never as the Delete says. A Create that failed has the stores emptied that it made
itself, and keeps those that were there.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from provision_regions.context import ProviderContext
from provision_regions.custom_resource.request import Request
from provision_regions.ownership.names import Names, Ownership, compact, names_for, names_for_removal
from provision_regions.region_results import MAX_RUNS, each_region, require_all, within_runs
from provision_regions.stores.attributes import Store, attributes
from provision_regions.stores.bucket import StoreBucket
from provision_regions.stores.bucket_removal import BucketRemoval
from provision_regions.stores.keys import PENDING, KeyLook, StoreKeys
from provision_regions.stores.properties import StoreProperties, read_properties, readable_prefix
from provision_regions.stores.records import RecordedStores, StoreParameters, StoreRecord


@dataclass(frozen=True)
class StoreLook:
    """What a region has of the store already."""

    bucket: Ownership
    key: KeyLook

    @property
    def exists(self) -> bool:
        """Whether there is a bucket or a key of ours. A key that is being deleted was given up with its bucket."""
        return self.bucket is Ownership.OURS or (self.key.ownership is Ownership.OURS and self.key.state != PENDING)


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
        absent = {region for region, look in looks.items() if look.bucket is Ownership.ABSENT}
        making = {*before.making} & {*wanted.regions} | absent | self._still_untagged(wanted.regions, before)
        # The old properties are not needed: the record knows their regions, except those that were refused.
        found = {region for region, look in looks.items() if look.exists}
        begun = before.making_also(wanted.regions, making, found, empties=wanted.empties)
        record.write(begun)
        with within_runs(self.context.run):
            stores = self._make(wanted, looks)
            parameters.ensure(existing, {store.region: compact(store.content) for store in stores})
            record.write(begun.settled(wanted.regions, empties=wanted.empties))
        return attributes(self.request, self.names, stores)

    def _survey(self, wanted: StoreProperties, recorded: RecordedStores) -> Mapping[str, StoreLook]:
        """Look at every region. If one of them has something that is not ours, nothing is changed in any of them."""

        def look(region: str) -> StoreLook:
            bucket = self._bucket(region).look_for_ours(begun=region in recorded.making)
            return StoreLook(bucket, self._keys(region).look())

        results = each_region(wanted.regions, look, self.context.retrying.deadline)
        return require_all(results, MAX_RUNS)  # nothing is recorded yet, so a survey that hangs is not repeated

    def _still_untagged(self, wanted: Sequence[str], recorded: RecordedStores) -> set[str]:
        """The other regions in which a bucket that an earlier request began may still have no tag. Where it was never
        made, nobody may take the next bucket of that name for ours."""
        others = {*recorded.making} - {*wanted}
        looks = each_region(
            others, lambda region: self._bucket(region).look(begun=True), self.context.retrying.deadline
        )
        return {region for region in others if looks.done.get(region, Ownership.UNTAGGED) is Ownership.UNTAGGED}

    def _make(self, wanted: StoreProperties, looks: Mapping[str, StoreLook]) -> tuple[Store, ...]:
        def make(region: str) -> Store:
            bucket, look = self._bucket(region), looks[region]
            key_arn = self._keys(region, wanted.reader_accounts).ensure(look.key)
            bucket.ensure(look.bucket, key_arn, wanted)
            return Store(region, bucket.name, key_arn)

        results = each_region(wanted.regions, make, self.context.retrying.deadline)
        return tuple(require_all(results, self.context.run).values())

    def _bucket(self, region: str) -> StoreBucket:
        return StoreBucket(self.context, self.names, region)

    def _keys(self, region: str, readers: tuple[str, ...] = ()) -> StoreKeys:
        return StoreKeys(self.context, self.names, region, readers)

    def remove(self, *, unknown: bool = False) -> None:
        """Remove the stores if they were made to be emptied, then the parameters, the record last.

        The record tells what there is and what may be done with it. Without one, nothing was ever begun. Of stores that
        are ``unknown`` to CloudFormation, because it was never told that they are there, none is emptied that was there
        before.
        """
        record, parameters = StoreRecord(self.context, self.names), StoreParameters(self.context, self.names)
        before = record.read()
        if not record.exists:
            return
        if unknown:
            before = replace(before, taken=tuple({*before.found, *before.taken}))
        with within_runs(self.context.run):
            self._empty(before)
            parameters.remove(before.regions)
            kept = self._still_untagged(before.to_empty, before)
            if kept:  # the next Create takes over what is retained, and has to recognise it
                record.write(RecordedStores(making=tuple(sorted(kept))))
            else:
                record.remove()

    def _empty(self, recorded: RecordedStores) -> None:
        deadline = self.context.retrying.deadline

        def look(region: str) -> Ownership:
            return self._bucket(region).look(begun=region in recorded.making)

        looks = require_all(each_region(recorded.to_empty, look, deadline), self.context.run)
        results = each_region(looks, lambda region: self._remove_store(region, looks[region]), deadline)
        require_all(results, self.context.run)

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
    data = Stores(request, context, names_for(request, context, wanted.prefix)).provision(wanted)
    # The update to another prefix that this one rolls back has failed, or its answer was lost. So CloudFormation knows
    # no id of its stores, and never deletes them.
    left = readable_prefix(request.old_properties.get("Prefix"))
    if request.given_id == request.physical_id and left and left != wanted.prefix:
        Stores(request, context, names_for(request, context, left)).remove(unknown=True)
    return data


def remove_stores(request: Request, context: ProviderContext) -> None:
    """Remove the stores, or retain them if they were made to be retained. It succeeds if nothing ever existed.

    Raises:
        CrosscheckError: something could not be removed. The record stays, so that the next Delete goes on.
        UnfinishedError: the request needs another run.
    """
    names = names_for_removal(request, context, readable_prefix(request.given_prefix))
    if names is not None:
        # CloudFormation makes up an id where it never read the answer to the Create.
        Stores(request, context, names).remove(unknown=not request.given_id.startswith(request.id_stem))
