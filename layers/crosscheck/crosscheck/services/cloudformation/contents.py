"""What a stack holds that has to run once the stack is deployed: its ECS services and its Lambda aliases.

A stack is UPDATE_COMPLETE however its tasks die afterwards. Only what the action's operation made or changed is this
execution's; the stack's own list of resources tells when each was changed last.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from crosscheck.contracts.check import PlannedCheck
from crosscheck.services.cloudformation.stack import TOLERANCE

if TYPE_CHECKING:
    from mypy_boto3_cloudformation import CloudFormationClient
    from mypy_boto3_cloudformation.type_defs import ListStackResourcesInputTypeDef, StackResourceSummaryTypeDef

SERVICE, ALIAS, NESTED = "AWS::ECS::Service", "AWS::Lambda::Alias", "AWS::CloudFormation::Stack"
# ListStackResources gives 100 resources a page; a stack has at most 500, its nested ones as many each.
CALLS = 20


@dataclass(frozen=True)
class StackResource:
    """A resource, by the service's own name of it (an ARN, mostly); ``stack`` is the ARN or name of its stack."""

    stack: str
    kind: str
    id: str


@dataclass(frozen=True)
class StackResources:
    """The resources of a stack and of its nested ones; ``complete`` unless there are more than are read."""

    found: tuple[StackResource, ...]
    complete: bool


def touched_resources(client: CloudFormationClient, stack: str, since: float) -> StackResources:
    """What was made or changed since a time in epoch seconds, and is there; in at most ``CALLS`` calls.

    Raises:
        ClientError, BotoCoreError: CloudFormation refused, or did not answer.
    """
    found: list[StackResource] = []
    requests: list[ListStackResourcesInputTypeDef] = [{"StackName": stack}]
    for _ in range(CALLS):
        if not requests:
            break
        request = requests.pop(0)
        answer = client.list_stack_resources(**request)
        touched = [each for each in answer["StackResourceSummaries"] if _touched(each, since)]
        page = [_resource(request["StackName"], each) for each in touched]
        found += page
        if answer.get("NextToken"):
            requests.append({**request, "NextToken": answer["NextToken"]})
        requests += [{"StackName": each.id} for each in page if each.kind == NESTED and each.id]
    return StackResources(tuple(found), complete=not requests)


def verified_resources(planned: PlannedCheck, resources: StackResources) -> Iterator[PlannedCheck]:
    """The checks of what a stack holds; ``planned`` is the stack's own."""
    for resource in resources.found:
        if resource.kind in _READERS:
            kind, read = _READERS[resource.kind]
            yield _held(planned, kind, resource, read(resource.id))
    if not resources.complete:
        unread = f"it holds more resources than {CALLS} calls tell"
        yield replace(planned, held_by=planned.parameters["stack"], unsupported=unread)


def _held(planned: PlannedCheck, kind: str, resource: StackResource, names: Mapping[str, str]) -> PlannedCheck:
    unnamed = f"{resource.kind} {resource.id}: its name does not say where it is"
    return replace(planned, kind=kind, parameters=names, held_by=resource.stack, unsupported="" if names else unnamed)


def _service(arn: str) -> Mapping[str, str]:
    """``arn:aws:ecs:<region>:<account>:service/<cluster>/<service>``; the older form without the cluster tells none."""
    _, _, name = arn.partition(":service/")
    cluster, _, service = name.partition("/")
    return {"cluster": cluster, "service": service} if service else {}


def _alias(arn: str) -> Mapping[str, str]:
    """``arn:aws:lambda:<region>:<account>:function:<function>:<alias>``."""
    _, _, name = arn.partition(":function:")
    function, _, alias = name.partition(":")
    return {"function": function, "alias": alias} if alias else {}


def _touched(resource: StackResourceSummaryTypeDef, since: float) -> bool:
    there = not resource["ResourceStatus"].startswith("DELETE_")
    return there and resource["LastUpdatedTimestamp"].timestamp() + TOLERANCE >= since


def _resource(stack: str, resource: StackResourceSummaryTypeDef) -> StackResource:
    return StackResource(stack, resource["ResourceType"], resource.get("PhysicalResourceId", ""))


_READERS: Mapping[str, tuple[str, Callable[[str], Mapping[str, str]]]] = {
    SERVICE: ("ecs-service", _service),
    ALIAS: ("lambda-alias", _alias),
}
