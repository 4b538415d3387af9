"""What an operation is called with, and what several of them need."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from local.codedeploy.deployer import Deployer
from local.codedeploy.model import Deployment
from local.codedeploy.state import Application, Group, Scope
from local.codepipeline.errors import ApiError

Parameters = Mapping[str, Any]
Answer = dict[str, Any]

PAGE = 100


@dataclass(frozen=True)
class Call:
    """One request, in the account and region that it is for."""

    deployer: Deployer
    scope: Scope

    @property
    def now(self) -> float:
        """The time."""
        return self.deployer.clock.now()

    @property
    def applications(self) -> dict[str, Application]:
        """The applications there."""
        return self.deployer.state.applications(self.scope)

    def application(self, parameters: Parameters) -> Application:
        """The application that is named."""
        return self.deployer.state.application(self.scope, parameters["applicationName"])

    def group(self, parameters: Parameters) -> Group:
        """The deployment group that is named, settled."""
        name = parameters.get("deploymentGroupName")
        if name is None:
            raise ApiError("DeploymentGroupNameRequiredException", "deploymentGroupName is required.")
        group = self.deployer.state.group(self.scope, parameters["applicationName"], name)
        self.deployer.look(group)
        return group

    def deployment(self, deployment_id: str) -> tuple[Group, Deployment]:
        """The deployment of that id with its group, settled."""
        for group in list(self.deployer.state.groups(self.scope)):
            self.deployer.look(group)
        return self.deployer.state.deployment(self.scope, deployment_id)


Operation = Callable[[Call, Parameters], Answer]


def page(items: Sequence[str], parameters: Parameters, key: str) -> Answer:
    """A page of names. A token is the first name of the next page.

    Raises:
        ApiError: InvalidNextTokenException.
    """
    token, start = parameters.get("nextToken"), 0
    if token is not None:
        if token not in items:
            raise ApiError("InvalidNextTokenException", "The next token was specified in an invalid format.")
        start = items.index(token)
    end = start + PAGE
    return {key: list(items[start:end])} | ({"nextToken": items[end]} if end < len(items) else {})
