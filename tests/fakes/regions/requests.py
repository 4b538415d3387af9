"""Requests as CloudFormation sends them, and a function's run that serves one."""

import json
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from crosscheck.aws_errors import AWS_ERRORS
from crosscheck.errors import CrosscheckError
from provision_regions.context import ProviderContext, partition_named
from provision_regions.custom_resource.request import Request, Status, body, failed, read_request, succeeded
from provision_regions.ownership.current_request import ReplacedError
from provision_regions.region_results import UnfinishedError, describe
from provision_regions.retry import Deadline, Retrying
from provision_regions.serve import fulfil
from tests.fakes.regions.world import World

EVENTS = Path(__file__).parents[3] / "events"
OWNER = "us-east-1/shop/Stores"
PREFIX = "pipeline-artifacts"


def event_named(kind: str) -> dict[str, Any]:
    """One of the realistic events."""
    text = (EVENTS / f"custom_artifact_stores_{kind}.json").read_text()
    return dict(json.loads(text))


def properties(*regions: str, **changes: object) -> dict[str, object]:
    return {"ServiceToken": "arn", "Prefix": PREFIX, "Regions": list(regions), **changes}


def event(kind: str, wanted: Mapping[str, object], old: Mapping[str, object] | None = None, **changes: Any) -> Any:
    """A request. One that says the same is the same one, which Lambda delivers again."""
    request_id = str(uuid.uuid5(uuid.NAMESPACE_OID, json.dumps([kind, wanted, old], sort_keys=True)))
    found = event_named("create") | {"RequestType": kind, "RequestId": request_id, "ResourceProperties": dict(wanted)}
    found["StackId"] = "arn:aws:cloudformation:us-east-1:111122223333:stack/shop/0f"
    if old is not None:
        found["OldResourceProperties"] = dict(old)
    if kind != "Create":
        found["PhysicalResourceId"] = read_request(found, "us-east-1").physical_id
    return found | changes


def without_waiting(remaining: Callable[[], float] = lambda: 900.0) -> Retrying:
    """Waits for nothing."""
    return Retrying(Deadline(remaining, 60.0), sleep=lambda seconds: None)


def provider_context(world: World, retrying: Retrying | None = None, partition: str = "aws") -> ProviderContext:
    return ProviderContext(
        clients=world.clients,
        partition=partition_named(partition),
        account=world.account,
        home_region=world.home_region,
        store_prefix=PREFIX,
        retrying=retrying or without_waiting(),
    )


def request(kind: str, wanted: Mapping[str, object], old: Mapping[str, object] | None = None, **more: Any) -> Request:
    return read_request(event(kind, wanted, old, **more), "us-east-1")


@dataclass(frozen=True)
class Told:
    """What CloudFormation reads in an answer."""

    status: Status
    physical_id: str
    reason: str = ""
    data: Mapping[str, str] = field(default_factory=dict)


def served(asked: Request, context: ProviderContext) -> Told:
    """Serve a request, with the answers that the function gives to what AWS refuses; the answer always fits.

    Raises:
        UnfinishedError: Lambda shall deliver the request again.
        ReplacedError: there is no answer.
    """
    try:
        answer = succeeded(fulfil(asked, context))
    except (UnfinishedError, ReplacedError):
        raise
    except CrosscheckError as error:
        answer = failed(str(error))
    except AWS_ERRORS as error:
        answer = failed(describe(asked.home_region, error))
    content = body(asked, answer)
    assert len(content) <= 4096
    read = json.loads(content)
    return Told(Status(read["Status"]), read["PhysicalResourceId"], read["Reason"], read["Data"])


def sent(world: World, content: Mapping[str, Any], context: ProviderContext) -> Told:
    """CloudFormation sends the request and reads its answer.

    Raises:
        UnfinishedError: Lambda shall deliver the request again.
    """
    world.stacks.begin(content)
    told = served(read_request(content, world.home_region), context)
    world.stacks.end(content, success=told.status is Status.SUCCESS, physical_id=told.physical_id)
    return told


def run(
    world: World,
    kind: str,
    wanted: Mapping[str, object],
    old: Mapping[str, object] | None = None,
    retrying: Retrying | None = None,
    **changes: Any,
) -> Told:
    """One run of the function.

    Raises:
        UnfinishedError: Lambda shall deliver the request again.
    """
    return sent(world, event(kind, wanted, old, **changes), provider_context(world, retrying))
