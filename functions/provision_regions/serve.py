"""Serves CloudFormation's requests. Whatever happens, CloudFormation gets an answer."""

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext
from botocore.exceptions import BotoCoreError, ClientError

from crosscheck import settings
from crosscheck.clients import PATIENT, Clients
from crosscheck.errors import ConfigurationError, CrosscheckError
from crosscheck.telemetry import count
from provision_regions.context import ProviderContext, partition_named
from provision_regions.custom_resource.request import Answer, Request, body, failed, read_request
from provision_regions.custom_resource.respond import ForeignHostError, deliver, physical_id, refuse_foreign
from provision_regions.forwarding.resource import serve_forwarding
from provision_regions.region_results import UnfinishedError, describe
from provision_regions.replication.resource import serve_replication
from provision_regions.retry import Retrying, deadline_of
from provision_regions.stores.resource import serve_stores

type Resource = Callable[[Request, str, ProviderContext], Answer]

RESOURCES: Mapping[str, Resource] = {
    "Custom::ArtifactStores": serve_stores,
    "Custom::EventForwarding": serve_forwarding,
    "Custom::ReplicationRules": serve_replication,
}

logger = Logger()


@cache
def _clients() -> Clients:
    return Clients(config=PATIENT)


def serve(event: Mapping[str, Any], context: LambdaContext) -> None:
    """Serve one request and answer it.

    Raises:
        UnfinishedError: the request needs another run, so Lambda has to deliver it again.
        NotDeliveredError: nobody took the answer. The next run finds its work done and answers again.
        ForeignHostError: the request does not come from CloudFormation. Nothing was done.
    """
    request = read_request(event)
    local_host = settings.optional("CROSSCHECK_RESPONSE_HOST")
    keys = {"stack": request.stack_name, "logical_id": request.logical_id, "request_type": request.type}
    with logger.append_context_keys(**keys):
        try:
            refuse_foreign(request.response_url, local_host)
        except ForeignHostError as error:
            logger.error("request refused", reason=str(error))  # noqa: TRY400 - a trace would say no more
            raise
        home_region = context.invoked_function_arn.split(":")[3]
        answer = _answer(request, physical_id(event, home_region), context)
        logger.info("request served", status=answer.status.value, reason=answer.reason)
        count(f"RegionalResource{answer.status.value.title()}")
        deliver(request.response_url, body(request, answer), local_host)


def _answer(request: Request, identity: str, context: LambdaContext) -> Answer:
    """Serve the request. Every error becomes an answer, except that another run is needed."""
    try:
        return _resource(request.resource_type)(request, identity, _provider_context(context))
    except UnfinishedError as error:
        logger.warning("request unfinished", reason=str(error))
        count("RegionalResourceUnfinished")
        raise
    except CrosscheckError as error:
        return failed(identity, str(error))
    except (ClientError, BotoCoreError) as error:
        return failed(identity, describe(context.invoked_function_arn.split(":")[3], error))
    except Exception as error:  # a mistake of ours must not make the stack wait for an hour
        logger.exception("request failed")
        return failed(identity, f"a mistake in Crosscheck: {type(error).__name__}: {error}")


def _resource(name: str) -> Resource:
    if name not in RESOURCES:
        raise ConfigurationError(f"unknown resource type {name[:60]!r}; known: {', '.join(RESOURCES)}")
    return RESOURCES[name]


def _provider_context(lambda_context: LambdaContext) -> ProviderContext:
    """The context by the function's ARN, which names its partition, region and account."""
    _, partition, _, home_region, account, *_ = lambda_context.invoked_function_arn.split(":")
    return ProviderContext(
        clients=_clients(),
        partition=partition_named(partition),
        account=account,
        home_region=home_region,
        store_prefix=settings.required("ARTIFACT_STORE_PREFIX"),
        retrying=Retrying(deadline_of(lambda: lambda_context.get_remaining_time_in_millis() / 1000)),
        forwarding_role=settings.optional("FORWARDING_ROLE_ARN"),
    )
