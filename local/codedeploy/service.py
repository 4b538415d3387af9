"""The local CodeDeploy as the rest of the local account sees it."""

from collections.abc import Iterator
from typing import Any

from local.aws_json.authorization import Authorization, Decides, Right
from local.aws_json.endpoint import create_app
from local.aws_json.messages import Request, Scope
from local.aws_json.model import Service
from local.aws_json.operations import Operations
from local.clients import Aws
from local.clock import Clock
from local.codedeploy.announcements import Emits
from local.codedeploy.api import OPERATIONS, Call
from local.codedeploy.deployer import Deployer, instances_of
from local.codedeploy.ecs_views import task_set
from local.codedeploy.fleet import instances, served
from local.codedeploy.model import Wire
from local.codedeploy.parameters import check_named
from local.codedeploy.revisions import Revisions
from local.codedeploy.rights import needed
from local.codedeploy.state import Group, Platform, State
from local.codedeploy.views import group_task_sets
from local.outcomes import Outcomes

SERVICE = Service("codedeploy")


class UnknownApplicationError(LookupError):
    """No deployment group of the region is of that application, or deploys to that service."""


class CodeDeploy:
    """Serve ``app`` and announce its URL as ``AWS_ENDPOINT_URL_CODEDEPLOY``.

    ``aws`` reaches S3 for the bundles, and ECS for services and task definitions. With ``decide`` requests are refused
    whose caller lacks the rights to them.
    """

    def __init__(
        self,
        aws: Aws,
        clock: Clock,
        outcomes: Outcomes,
        events: Emits,
        account_id: str,
        decide: Decides | None = None,
    ) -> None:
        self._state, self._clock, self._account_id = State(), clock, account_id
        self._deployer = Deployer(self._state, clock, outcomes, Revisions(aws), events)
        authorize = Authorization(self._needed, decide) if decide else None
        self.app = create_app(SERVICE, account_id, Operations(OPERATIONS, self._call, check_named, authorize))

    def _call(self, scope: Scope) -> Call:
        return Call(self._deployer, scope)

    def _needed(self, request: Request) -> Iterator[Right]:
        return needed(self._state, request)

    def page(self, region: str, application: str) -> tuple[bool, str]:
        """Whether the targets of an application serve, and what: the revision, or the task definition and images.

        ``application`` may be the name of an ECS service that is deployed to as well.

        Raises:
            UnknownApplicationError: if the region has nothing of that name.
        """
        group = self._group(region, application)
        self._deployer.look(group)
        if group.platform is Platform.ECS:
            primary = group_task_sets(group, self._clock.now())[0]
            name = primary.tasks.task_definition.rsplit("/", 1)[-1]
            return primary.running > 0, " ".join((name, *primary.tasks.images))
        healthy, revision = served(instances(instances_of(group), group.history, self._clock.now()))
        return healthy, "no revision" if revision is None else _text(group, revision)

    def ecs_task_sets(self, region: str, cluster: str, service: str) -> list[dict[str, Any]]:
        """The task sets of an ECS service in ECS's shape, the one that serves first.

        None if CodeDeploy does not deploy to that service.
        """
        scope = Scope(self._account_id, region)
        for group in list(self._state.groups(scope)):
            if {"clusterName": cluster, "serviceName": service} in group.settings.get("ecsServices", []):
                self._deployer.look(group)
                found = group_task_sets(group, self._clock.now())
                return [task_set(scope, cluster, service, shown) for shown in found]
        return []

    def _group(self, region: str, name: str) -> Group:
        for group in list(self._state.groups(Scope(self._account_id, region))):
            services = [each["serviceName"] for each in group.settings.get("ecsServices", [])]
            if name in {group.application, *services}:
                return group
        raise UnknownApplicationError(f"no CodeDeploy application {name} in {region}")


def _text(group: Group, revision: Wire) -> str:
    """A revision as its page names it: its version, and what the deployment that brought it first was called."""
    location = revision["s3Location"]
    version = location.get("version") or location.get("eTag") or location["key"]
    brought = [each for each in group.history if each.revision == revision and each.request]
    description = brought[0].request.get("description", "") if brought and brought[0].request else ""
    return f"{version} {description}".strip()
