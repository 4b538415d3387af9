"""`Custom::EventForwarding`: serves a request, in every region that the resource names or ever named."""

from collections.abc import Callable, Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace

from aws_lambda_powertools import Logger

from crosscheck.aws_errors import region_not_enabled
from crosscheck.errors import MissingSettingError
from provision_regions.context import ProviderContext
from provision_regions.custom_resource.properties import PropertyReader
from provision_regions.custom_resource.request import Request
from provision_regions.forwarding.rule import ForwardingRule, rule_name
from provision_regions.ownership.names import Names, names_for
from provision_regions.ownership.owned_parameters import SetRecord
from provision_regions.region_results import MAX_RUNS, describe, each_region, raise_problems, require_all

RECORD = "EventForwarding"  # has capitals, so it is never the prefix of a store
logger = Logger(child=True)


@dataclass(frozen=True)
class ForwardingUpdate:
    """The rules of one resource. Create, Update, Delete and a rollback are the same: every step ensures a state.

    The record holds the regions in which there may be a rule, so a Delete and a rollback also reach the rules of
    earlier properties and of runs that were killed. It takes about 600 bytes for all regions of AWS.
    """

    context: ProviderContext
    names: Names

    def apply(self, wanted: AbstractSet[str]) -> Mapping[str, Exception]:
        """Make the rules of the wanted regions, then remove those of the others.

        Returned are the regions whose rules stay, because the account has disabled them. No event is forwarded there,
        and neither an update that takes such a region off the list nor its rollback may fail. The record keeps them.

        Raises:
            RegionsFailedError: regions refuse, or a rule of that name belongs to somebody else; in that case nothing
                was changed anywhere.
        """
        record = SetRecord(self.context, self.names, "regions")
        begun = record.read() | wanted
        looks = self._in_each(sorted(wanted), lambda region: self._rule(region).look_for_ours())
        record.write(begun)
        self._in_each(looks, lambda region: self._rule(region).ensure(looks[region]))
        left = self._remove(begun - wanted)
        record.write(wanted | left.keys())
        return left

    def _in_each[T](self, regions: Iterable[str], work: Callable[[str], T]) -> Mapping[str, T]:
        # A region needs a few calls only: what hangs in this run is not worth another one.
        return require_all(each_region(regions, work, self.context.retrying.deadline), MAX_RUNS)

    def _remove(self, regions: Iterable[str]) -> Mapping[str, Exception]:
        deadline = self.context.retrying.deadline
        results = each_region(sorted(regions), lambda region: self._rule(region).remove(), deadline)
        left = {region: error for region, error in results.failed.items() if region_not_enabled(error)}
        failed = {region: error for region, error in results.failed.items() if region not in left}
        require_all(replace(results, failed=failed), MAX_RUNS)
        return left

    def _rule(self, region: str) -> ForwardingRule:
        return ForwardingRule(self.context, self.names, region)


def provision_forwarding(request: Request, context: ProviderContext) -> Mapping[str, str]:
    """Make every region that the template names forward its events, and no other one.

    Raises:
        CrosscheckError: the answer is FAILED with this text.
        ClientError: AWS refuses a call in the home region; the answer is FAILED, too.
    """
    wanted = read_regions(request.properties, context)
    if wanted and not context.forwarding_role:
        raise MissingSettingError("FORWARDING_ROLE_ARN")
    names = names_for(request, context, RECORD)
    left = ForwardingUpdate(context, names).apply(wanted)
    if left:
        logger.warning("rules stay in regions that are not enabled any more", regions=sorted(left))
    return {"RuleName": rule_name(names)}


def remove_forwarding(request: Request, context: ProviderContext) -> None:
    """Remove every rule. The properties do not matter, because the record knows the regions.

    Raises:
        RegionsFailedError: rules could not be removed. The record stays, so that the next Delete goes on.
    """
    left = ForwardingUpdate(context, names_for(request, context, RECORD)).apply(frozenset())
    raise_problems(describe(region, error) for region, error in left.items())


def read_regions(raw: Mapping[str, object], context: ProviderContext) -> frozenset[str]:
    """The regions to forward from; there may be none.

    The home region is left out, because its events are on its bus already: a rule there would send them in a circle.

    Raises:
        ConfigurationError: the text names every problem.
    """
    reader = PropertyReader(raw, {"Regions"})
    regions = reader.regions("Regions", context.partition)
    if set(regions) - {context.home_region} and not context.partition.routes_events:
        reader.problems.append(
            f"Regions has to be empty: in the partition {context.partition.name} EventBridge sends no events to other "
            "regions; artifact stores there come from Custom::ArtifactStores in a stack of your own"
        )
    reader.raise_problems()
    return frozenset(regions) - {context.home_region}
