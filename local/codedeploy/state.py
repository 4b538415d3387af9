"""What the local CodeDeploy remembers. All of it is guarded by ``State.lock``."""

import threading
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from local.aws_json.errors import ApiError
from local.aws_json.messages import Scope
from local.codedeploy.model import Deployment, History, Tasks, Wire
from local.regions import partition_of

# The parts of a revision that hold an AppSpec.
SPECIFIED = ("appSpecContent", "string")


class Platform(StrEnum):
    """The compute platforms that the local account has."""

    SERVER = "Server"
    ECS = "ECS"


def same_revision(deployed: Wire, asked: Wire) -> bool:
    """Whether a revision is the one that is asked for; an AppSpec is, if its hash or else its content is the same."""
    for name in SPECIFIED:
        if name in asked and name in deployed:
            part = "sha256" if "sha256" in asked[name] else "content"
            return bool(deployed[name].get(part) == asked[name].get(part))
    return deployed == asked


@dataclass
class Group:
    """A deployment group. ``settings`` are its members as CreateDeploymentGroup took them.

    ``good`` holds the revisions that were healthy here: going back to one of them is good, whatever is in force.
    ``original`` is the task set that an ECS service had before CodeDeploy's first deployment.
    """

    scope: Scope
    application: str
    name: str
    platform: Platform
    settings: dict[str, Any]
    created: float
    id: str = field(default_factory=lambda: str(uuid.uuid4()))
    history: History = ()
    good: list[Any] = field(default_factory=list)
    original: Tasks | None = None
    announced: set[tuple[str, str]] = field(default_factory=set)

    @property
    def arns(self) -> list[str]:
        """The ARNs of the group and of its application, as its events name them."""
        scope = self.scope
        prefix = f"arn:{partition_of(scope.region)}:codedeploy:{scope.region}:{scope.account}"
        return [
            f"{prefix}:deploymentgroup:{self.application}/{self.name}",
            f"{prefix}:application:{self.application}",
        ]


@dataclass
class Application:
    """An application and its groups by name."""

    name: str
    platform: Platform
    created: float
    id: str = field(default_factory=lambda: str(uuid.uuid4()))
    groups: dict[str, Group] = field(default_factory=dict)


class State:
    """The applications of every account and region. Hold ``lock`` to read or write."""

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self._applications: dict[Scope, dict[str, Application]] = {}

    def applications(self, scope: Scope) -> dict[str, Application]:
        """The applications of an account in a region, by name."""
        return self._applications.setdefault(scope, {})

    def application(self, scope: Scope, name: str) -> Application:
        """One of them.

        Raises:
            ApiError: ApplicationDoesNotExistException.
        """
        try:
            return self.applications(scope)[name]
        except KeyError:
            raise ApiError("ApplicationDoesNotExistException", f"No application found for name: {name}") from None

    def group(self, scope: Scope, application: str, name: str) -> Group:
        """A deployment group.

        Raises:
            ApiError: ApplicationDoesNotExistException, DeploymentGroupDoesNotExistException.
        """
        try:
            return self.application(scope, application).groups[name]
        except KeyError:
            raise ApiError(
                "DeploymentGroupDoesNotExistException", f"No Deployment Group found for name: {name}"
            ) from None

    def groups(self, scope: Scope) -> Iterator[Group]:
        """Every group of an account in a region."""
        applications = list(self.applications(scope).values())  # copies: requests come at the same time
        return (group for application in applications for group in list(application.groups.values()))

    def registered(self, scope: Scope, application: str, revision: Wire) -> Wire:
        """A revision that was deployed before; an AppSpec's hash is enough to name it.

        Raises:
            ApiError: ApplicationDoesNotExistException, RevisionDoesNotExistException.
        """
        for group in self.application(scope, application).groups.values():
            for deployment in group.history:
                if same_revision(deployment.revision, revision):
                    return deployment.revision
        raise ApiError("RevisionDoesNotExistException", "No application revision found for the given location")

    def deployment(self, scope: Scope, deployment_id: str) -> tuple[Group, Deployment]:
        """A deployment with its group.

        Raises:
            ApiError: DeploymentDoesNotExistException.
        """
        for group in self.groups(scope):
            for deployment in group.history:
                if deployment.id == deployment_id:
                    return group, deployment
        raise ApiError("DeploymentDoesNotExistException", f"The deployment {deployment_id} could not be found")
