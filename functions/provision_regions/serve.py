"""Serves CloudFormation's requests. Whatever happens, CloudFormation gets the answer that it waits for."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from crosscheck import settings
from crosscheck.aws_errors import AWS_ERRORS, told
from crosscheck.clients import PATIENT, Clients
from crosscheck.errors import ConfigurationError, CrosscheckError, UnreadableEventError
from crosscheck.init_phase import made_at_init
from crosscheck.telemetry import count, function_logger
from provision_regions.context import ProviderContext, partition_named
from provision_regions.custom_resource.origin import IN_PROGRESS, RequestOrigin
from provision_regions.custom_resource.request import Answer, Request, body, failed, read_request, succeeded
from provision_regions.custom_resource.respond import ForeignHostError, deliver, refuse_foreign
from provision_regions.forwarding.resource import provision_forwarding, remove_forwarding
from provision_regions.ownership.current_request import CURRENT, CurrentRequest, ReplacedError
from provision_regions.ownership.names import names_for_removal
from provision_regions.region_results import UnfinishedError, describe
from provision_regions.replication.resource import provision_replication, remove_replication
from provision_regions.retry import Retrying, deadline_of
from provision_regions.stores.resource import provision_stores, remove_stores


@dataclass(frozen=True)
class Resource:
    """A type of resource. ``provision`` makes or changes it and returns the attributes for ``!GetAtt``."""

    provision: Callable[[Request, ProviderContext], Mapping[str, str]]
    remove: Callable[[Request, ProviderContext], None]


RESOURCES: Mapping[str, Resource] = {
    "Custom::ArtifactStores": Resource(provision_stores, remove_stores),
    "Custom::EventForwarding": Resource(provision_forwarding, remove_forwarding),
    "Custom::ReplicationRules": Resource(provision_replication, remove_replication),
}

logger = function_logger()


@made_at_init
def _clients() -> Clients:
    clients = Clients(config=PATIENT)
    clients.prepare("cloudformation", "ssm")
    return clients


def serve(event: Mapping[str, Any], context: LambdaContext) -> None:
    """Serve one request and answer it.

    Raises:
        UnfinishedError: the request needs another run, so Lambda has to deliver it again.
        NotDeliveredError: nobody took the answer. The next run finds its work done and answers again.
        ForeignHostError: the request does not come from CloudFormation. Nothing was done.
        UnreadableEventError: the event has no response URL, so nobody can be answered.
    """
    request = read_request(event, context.invoked_function_arn.split(":")[3])
    if not request.response_url:
        raise UnreadableEventError("no ResponseURL: this is not a custom resource's request")
    local_host = settings.optional("CROSSCHECK_RESPONSE_HOST")
    keys = {"stack": request.stack_name, "logical_id": request.logical_id, "request_type": request.type}
    with logger.append_context_keys(**keys):
        try:
            refuse_foreign(request.response_url, request.home_region, local_host)
        except ForeignHostError as error:
            logger.error("request refused", reason=str(error))  # noqa: TRY400 - a trace would say no more
            raise
        answer = _answer(request, context)
        if answer is None:
            return
        logger.info("request served", status=answer.status.value, reason=answer.reason)
        count(f"RegionalResource{answer.status.value.title()}")
        deliver(request.response_url, body(request, answer), request.home_region, local_host)


def _answer(request: Request, context: LambdaContext) -> Answer | None:
    """Serve the request. Every error becomes an answer, except that another run is needed. There is none where another
    run has done a Delete: it has answered, and that must not be taken back."""
    try:
        return succeeded(fulfil(request, _provider_context(context)))
    except UnfinishedError as error:
        logger.warning("request unfinished", reason=str(error))
        count("RegionalResourceUnfinished")
        raise
    except ReplacedError as error:
        logger.warning("request replaced", reason=str(error))
        count("RegionalResourceReplaced")
        return failed(f"{error}; nothing more was done") if request.type != "Delete" else None
    except CrosscheckError as error:
        return failed(str(error))
    except AWS_ERRORS as error:
        return failed(describe(request.home_region, error))
    except Exception as error:  # a mistake of ours must not make the stack wait for an hour
        logger.exception("request failed")
        return failed(f"a mistake in Crosscheck: {type(error).__name__}: {told(error)}")


def fulfil(request: Request, context: ProviderContext) -> Mapping[str, str]:
    """Do what is asked for; returns the attributes of the resource, none of one that was removed.

    Raises:
        UnfinishedError: the request needs another run.
        ReplacedError: another request for the resource came after this one. What was begun is left to that one.
        ContradictedError: CloudFormation is not at what the request says. Nothing was done.
        CrosscheckError: the answer is FAILED with this text.
        ClientError, BotoCoreError: AWS refuses a call in the home region, or does not answer.
    """
    if request.resource_type not in RESOURCES:
        known = ", ".join(RESOURCES)
        raise ConfigurationError(f"unknown resource type {request.resource_type[:60]!r}; known: {known}")
    if request.type not in IN_PROGRESS:
        raise ConfigurationError(f"unknown RequestType {request.type[:40]!r}")
    origin = RequestOrigin(request, context)
    if request.type == "Delete" and names_for_removal(request, context, CURRENT) is None:
        origin.confirm()
        return {}
    current = CurrentRequest(request, context)
    run = current.begin(origin)
    data = _do(request, replace(context, run=run, retrying=context.retrying.requiring(current.require)))
    current.finish()
    return data


def _do(request: Request, context: ProviderContext) -> Mapping[str, str]:
    resource = RESOURCES[request.resource_type]
    if request.type == "Delete":
        resource.remove(request, context)
        return {}
    return resource.provision(request, context)


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
