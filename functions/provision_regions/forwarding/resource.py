"""`Custom::EventForwarding`: what each request does, from its properties to its answer."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

from aws_lambda_powertools import Logger

from crosscheck.errors import ConfigurationError, MissingSettingError
from provision_regions.aws_error_text import describe, is_not_enabled
from provision_regions.context import ProviderContext
from provision_regions.custom_resource.answer import Answer, succeeded
from provision_regions.custom_resource.request import Request, RequestType, request_type
from provision_regions.fan_out import each_region
from provision_regions.forwarding.content import rule_name
from provision_regions.forwarding.properties import read_regions
from provision_regions.forwarding.records import RECORD, ForwardingRecord
from provision_regions.forwarding.rule import ForwardingRule, RuleLook
from provision_regions.ownership.names import Names, names_for
from provision_regions.region_results import MAX_RUNS, raise_problems, require_all

logger = Logger(child=True)


def serve_forwarding(request: Request, physical_id: str, context: ProviderContext) -> Answer:
    """Let every wanted region forward its events, and no other one.

    Raises:
        CrosscheckError: the answer is FAILED with this text.
        ClientError: AWS refuses in the home region; the same.
    """
    if request_type(request) is RequestType.DELETE:
        return _remove(request, physical_id, context)
    wanted = read_regions(request.properties, context)
    if wanted and not context.forwarding_role:
        raise MissingSettingError("FORWARDING_ROLE_ARN")
    names = names_for(request, context, RECORD)
    left = ForwardingUpdate(context, names).apply(wanted)
    if left:
        logger.warning("rules stay in regions that are not enabled any more", regions=sorted(left))
    return succeeded(physical_id, {"RuleName": rule_name(names)})


def _remove(request: Request, physical_id: str, context: ProviderContext) -> Answer:
    """What the properties say does not matter: the record knows the regions."""
    try:
        names = names_for(request, context, RECORD)
    except ConfigurationError:  # with such a stack nothing was ever made
        return succeeded(physical_id)
    left = ForwardingUpdate(context, names).apply(())
    raise_problems(describe(region, error) for region, error in left.items())
    return succeeded(physical_id)


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
        left = {region: error for region, error in ends.failed.items() if is_not_enabled(error)}
        failed = {region: error for region, error in ends.failed.items() if region not in left}
        require_all(replace(ends, failed=failed), MAX_RUNS)
        return left

    def _rule(self, region: str) -> ForwardingRule:
        return ForwardingRule(self.context, self.names, region)
