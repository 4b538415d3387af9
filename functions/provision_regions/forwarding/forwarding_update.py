"""Makes and removes the forwarding rules of one resource, in every region that it names or ever named."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

from crosscheck.aws_errors import region_not_enabled
from provision_regions.context import ProviderContext
from provision_regions.fan_out import each_region
from provision_regions.forwarding.rule import ForwardingRule, RuleLook
from provision_regions.ownership.names import Names
from provision_regions.ownership.record import SetRecord
from provision_regions.region_results import MAX_RUNS, require_all

RECORD = "EventForwarding"  # no store's prefix has capitals


class ForwardingRecord(SetRecord):
    """The record of one resource: about 600 bytes for all regions of AWS."""

    key = "regions"

    def change(self, before: Collection[str], after: Collection[str]) -> None:
        """Write the regions where they differ; without regions there is no record."""
        if set(before) == set(after):
            return
        if after:
            self.write(after, new=not before)
        else:
            self.remove()


@dataclass(frozen=True)
class ForwardingUpdate:
    """The rules of one resource. Create, Update, Delete and a rollback are the same: every step ensures a state."""

    context: ProviderContext
    names: Names

    def apply(self, wanted: Collection[str]) -> Mapping[str, Exception]:
        """Make the rules of the wanted regions, then remove those of the others.

        Returned are the regions whose rules stay, because they are not enabled any more. Nothing happens there, and an
        update that takes such a region off the list must not fail, nor its rollback after it. The record keeps them.

        Raises:
            RegionsFailedError: regions refuse, or have a rule of that name that is somebody else's; in that case
                nothing was changed anywhere.
        """
        records = ForwardingRecord(self.context, self.names)
        recorded = records.read() or frozenset()
        looks = self._survey(wanted)
        begun = recorded | set(wanted)
        records.change(recorded, begun)
        self._make(looks)
        left = self._remove(begun - set(wanted))
        records.change(begun, {*wanted, *left})
        return left

    def _survey(self, wanted: Collection[str]) -> Mapping[str, RuleLook]:
        def look(region: str) -> RuleLook:
            rule = self._rule(region)
            found = rule.look()
            rule.refuse_foreign(found)
            return found

        ends = each_region(wanted, look, self.context.retrying.deadline)
        require_all(ends, MAX_RUNS)  # a few calls per region: what hangs now is not worth another run
        return ends.done

    def _make(self, looks: Mapping[str, RuleLook]) -> None:
        def make(region: str) -> None:
            self._rule(region).ensure(looks[region])

        require_all(each_region(looks, make, self.context.retrying.deadline), MAX_RUNS)

    def _remove(self, regions: Collection[str]) -> Mapping[str, Exception]:
        def remove(region: str) -> None:
            self._rule(region).remove()

        ends = each_region(sorted(regions), remove, self.context.retrying.deadline)
        left = {region: error for region, error in ends.failed.items() if region_not_enabled(error)}
        failed = {region: error for region, error in ends.failed.items() if region not in left}
        require_all(replace(ends, failed=failed), MAX_RUNS)
        return left

    def _rule(self, region: str) -> ForwardingRule:
        return ForwardingRule(self.context, self.names, region)
