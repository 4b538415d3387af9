"""`Custom::EventForwarding`: serves a request, from its properties to its answer."""

from collections.abc import Mapping

from aws_lambda_powertools import Logger

from crosscheck.errors import MissingSettingError
from provision_regions.aws_error_text import describe
from provision_regions.context import ProviderContext
from provision_regions.custom_resource.answer import Answer, succeeded
from provision_regions.custom_resource.properties import PropertyReader
from provision_regions.custom_resource.request import Request, RequestType, request_type
from provision_regions.forwarding.content import rule_name
from provision_regions.forwarding.forwarding_update import RECORD, ForwardingUpdate
from provision_regions.ownership.names import names_for, names_for_removal
from provision_regions.region_results import raise_problems

logger = Logger(child=True)


def serve_forwarding(request: Request, physical_id: str, context: ProviderContext) -> Answer:
    """Make every region that the template names forward its events, and no other one.

    Raises:
        CrosscheckError: the answer is FAILED with this text.
        ClientError: AWS refuses a call in the home region; the answer is FAILED, too.
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
    """Serve a Delete. The properties do not matter, because the record knows the regions."""
    names = names_for_removal(request, context, RECORD)
    left = ForwardingUpdate(context, names).apply(()) if names else {}
    raise_problems(describe(region, error) for region, error in left.items())
    return succeeded(physical_id)


def read_regions(raw: Mapping[str, object], context: ProviderContext) -> tuple[str, ...]:
    """The regions to forward from, sorted; there may be none.

    The home region is left out, because its events are on its bus already: a rule there would send them in a circle.

    Raises:
        ConfigurationError: the text names every problem.
    """
    reader = PropertyReader(raw, {"Regions"})
    regions = reader.strings("Regions", expected="a list of regions")
    reader.check_regions(regions, context.partition)
    reader.check_listed_once(regions, context.partition)
    reader.raise_problems()
    return tuple(sorted(set(regions) - {context.home_region}))
