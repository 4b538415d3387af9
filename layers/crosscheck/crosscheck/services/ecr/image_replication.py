"""The check ``image-replication``: from which region's registry a region pulls, as a remark.

A release works wherever its images come from, so nothing here fails: only an outage of the other region would stop
pulls. The task definition that a service runs before the release tells the registry: whoever deploys only an image
changes nothing about where it comes from.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from crosscheck.aws_errors import AWS_ERRORS, explain_with_right
from crosscheck.clients import Clients
from crosscheck.contracts.check import Check, PlannedCheck
from crosscheck.contracts.parameters import text
from crosscheck.contracts.verdicts import Finding, ReleasedImage, Verdict
from crosscheck.errors import ConfigurationError, CrosscheckError
from crosscheck.images.reference import ImageReference, Registry, parse_reference
from crosscheck.pipelines.definition import ActionDefinition, PipelineDefinition, has_variable, without_empty
from crosscheck.services.codedeploy.check import CodeDeployToEcsDeploy
from crosscheck.services.codedeploy.deployments import read_group
from crosscheck.services.ecr import replication
from crosscheck.services.ecr.replication import never_comes, read_rules
from crosscheck.services.ecs.check import EcsDeploy
from crosscheck.services.ecs.rules import revision
from crosscheck.services.ecs.service import container_images, current_task_definition, describe_service

if TYPE_CHECKING:
    from mypy_boto3_codedeploy import CodeDeployClient
    from mypy_boto3_ecs import ECSClient


@dataclass(frozen=True)
class Pull:
    """A task definition pulls a repository from another region's registry; ``host`` would be that of its own."""

    task_definition: str
    repository: str
    registry: Registry
    host: str


class ImageReplication(Check):
    """Takes ``cluster`` and ``service``, or CodeDeploy's ``application`` and ``group`` that deploy to a service."""

    kind = "image-replication"
    permissions = replication.RULE_PERMISSIONS | {
        "codedeploy:GetDeploymentGroup",
        "ecs:DescribeServices",
        "ecs:DescribeTaskDefinition",
    }
    parameters = {"cluster": text(), "service": text(), "application": text(), "group": text()}

    def preflight(self, definition: PipelineDefinition) -> Iterable[PlannedCheck]:
        """The services of every action that deploys to ECS, by itself or through CodeDeploy."""
        for action in definition.actions:
            for provider in (EcsDeploy(), CodeDeployToEcsDeploy()):
                if action.is_of_aws("Deploy", provider.name):
                    named = without_empty(provider.parameters(action.configuration))
                    unsupported = _unseen(action, named, definition.account)
                    yield PlannedCheck(self.kind, action.region, named, unsupported=unsupported)

    def run(self, planned: PlannedCheck, aws: Clients) -> Finding:
        """Look once at the services, their task definitions, and the rules of the registries that these name."""
        try:
            running = _running(planned, aws)
        except NothingDeployedError as error:
            return planned.finding(Verdict.INCONCLUSIVE, str(error))
        except AWS_ERRORS as error:
            return planned.finding(Verdict.INCONCLUSIVE, explain_with_right(error, planned.region, planned.target))
        pulls = pulls_from_elsewhere(running, planned.region)
        values = {"task definition": ", ".join(each.task_definition for each in running)}
        found = planned.finding(Verdict.PASS, _told(running, pulls), values)
        warnings = [_warning(pull, planned.region, aws) for pull in pulls]
        images = tuple(ReleasedImage(image.text, "") for each in running for image in each.images)
        return replace(found, warning="; ".join(warnings), images=images)


def _unseen(action: ActionDefinition, named: Mapping[str, str], account: str) -> str:
    """Why nothing can be said before the action has run; empty if it can."""
    if action.crosses_from(account):
        return f"action {action.name} deploys to account {action.account}: where it pulls from is not visible from here"
    if has_variable(named):
        return f"action {action.name} names its service by a variable: where it pulls from is known once it runs"
    return ""


def pulls_from_elsewhere(running: Sequence[Deployed], region: str) -> Sequence[Pull]:
    """The repositories of other regions' private registries, each once."""
    found = (
        Pull(each.task_definition, image.repository, registry, image.host.replace(registry.region, region))
        for each in running
        for image in each.images
        if (registry := image.registry) and registry.region != region
    )
    return list(dict.fromkeys(found))


def _running(planned: PlannedCheck, aws: Clients) -> Sequence[Deployed]:
    parameters, region = planned.parameters, planned.region
    if "service" in parameters:
        services: Sequence[tuple[str, str]] = [(parameters.get("cluster", "default"), parameters["service"])]
    else:
        services = services_of(
            aws.client("codedeploy", region), parameters.get("application", ""), parameters.get("group", "")
        )
    return [deployed(aws.client("ecs", region), cluster, service) for cluster, service in services]


def _replicated(pull: Pull, region: str, aws: Clients) -> bool:
    """Whether a rule that can be read brings the repository to the region."""
    source = pull.registry.region
    try:
        rules = read_rules(aws.client("ecr", source), pull.registry.account)
    except AWS_ERRORS:
        return False  # it decides which words a remark has, which no missing right is worth
    return rules is not None and not never_comes(rules, pull.repository, source, region, aws.home_region)


def _told(running: Sequence[Deployed], pulls: Sequence[Pull]) -> str:
    names = ", ".join(each.task_definition for each in running)
    if not pulls:
        return f"{names} pulls nothing from another region's registry"
    return f"{names} pulls from {', '.join(sorted({pull.registry.region for pull in pulls}))}"


def _warning(pull: Pull, region: str, aws: Clients) -> str:
    """The family is named without its revision: the same remark has the same words in the next release."""
    family = pull.task_definition.partition(":")[0]
    fix = "it is replicated: name" if _replicated(pull, region, aws) else "replicate it and name"
    return (
        f"task definition {family} pulls {pull.repository} from {pull.registry.region}: "
        f"a regional outage there stops pulls in {region}; {fix} {region}'s own registry "
        f"({pull.host}/{pull.repository})"
    )


class NothingDeployedError(CrosscheckError):
    """What the action deploys to is not there, or runs nothing; the text says what to do."""


@dataclass(frozen=True)
class Deployed:
    """A service's task definition (``family:revision``) and the images that it names, those that can be read."""

    task_definition: str
    images: tuple[ImageReference, ...]


def services_of(client: CodeDeployClient, application: str, group: str) -> tuple[tuple[str, str], ...]:
    """The (cluster, service) pairs of a deployment group.

    Raises:
        NothingDeployedError: there is no such group, or it deploys to no ECS service.
    """
    found = read_group(client, application, group)
    if found is None:
        raise NothingDeployedError(_not_there(f"deployment group {application}/{group}"))
    listed = found.get("ecsServices", [])
    pairs = tuple((each.get("clusterName", "default"), each["serviceName"]) for each in listed if "serviceName" in each)
    if not pairs:
        raise NothingDeployedError(f"deployment group {application}/{group} names no ECS service: add one to it")
    return pairs


def deployed(client: ECSClient, cluster: str, service: str) -> Deployed:
    """What a service runs.

    Raises:
        NothingDeployedError: there is no such service, or it has no task definition.
    """
    found = describe_service(client, cluster, service)
    if found is None or found["status"] != "ACTIVE":
        raise NothingDeployedError(_not_there(f"service {service} in cluster {cluster}"))
    arn = current_task_definition(found)
    if not arn:
        raise NothingDeployedError(f"service {service} has no task definition yet, so nothing says where it pulls from")
    return Deployed(revision(arn), tuple(_readable(container_images(client, arn))))


def _not_there(what: str) -> str:
    return f"there is no {what}: its deploy action fails, unless this release itself creates it before"


def _readable(images: Mapping[str, str]) -> Iterable[ImageReference]:
    for image in images.values():
        try:
            yield parse_reference(image)
        except ConfigurationError:
            continue  # ECS will not pull it either, which is not this check's concern
