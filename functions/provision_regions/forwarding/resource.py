"""`Custom::EventForwarding`: what each request does, from its properties to its answer."""

from collections.abc import Iterable, Mapping

from aws_lambda_powertools import Logger

from crosscheck.errors import ConfigurationError, MissingSettingError
from provision_regions.aws_error_text import describe
from provision_regions.context import ProviderContext
from provision_regions.custom_resource.answer import Answer, succeeded
from provision_regions.custom_resource.request import Request, RequestType, request_type
from provision_regions.forwarding.content import rule_name
from provision_regions.forwarding.forwarding_update import RECORD, ForwardingUpdate
from provision_regions.ownership.names import names_for
from provision_regions.region_results import raise_problems
from provision_regions.stores.properties import listed_regions

KNOWN = frozenset({"Regions"})
IGNORED = frozenset({"ServiceToken", "ServiceTimeout"})

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


def read_regions(raw: Mapping[str, object], context: ProviderContext) -> tuple[str, ...]:
    """The regions to forward from, sorted, without the home region; there may be none.

    Home is left out because its events are on its bus already: a rule there would send them round.

    Raises:
        ConfigurationError: with every problem, in words.
    """
    problems = [f"unknown property {name[:40]}" for name in sorted(raw.keys() - KNOWN - IGNORED)]
    if not isinstance(raw.get("Regions"), str | list):
        problems.append("Regions must be a list of regions" if "Regions" in raw else "Regions is missing")
    regions = listed_regions(raw)
    problems += _region_problems(regions, context)
    if problems:
        raise ConfigurationError("; ".join(problems))
    return tuple(sorted(set(regions) - {context.home_region}))


def _region_problems(regions: tuple[str, ...], context: ProviderContext) -> Iterable[str]:
    unknown = set(regions) - context.partition.regions
    for region in sorted(unknown):
        yield f"unknown region {region[:40]!r} (partition {context.partition.name})"
    for region in sorted({region for region in regions if regions.count(region) > 1} - unknown):
        yield f"region {region} is listed twice"
