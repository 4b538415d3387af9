"""What an operation is called with, and what several of them need."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from local.aws_json.errors import ApiError
from local.aws_json.messages import Json, Parameters, Scope
from local.aws_json.operations import page, present
from local.codedeploy.deployer import Deployer
from local.codedeploy.model import Deployment
from local.codedeploy.state import Application, Group

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


Operation = Callable[[Call, Parameters], Json]


def named_page(items: Sequence[str], parameters: Parameters, key: str) -> Json:
    """A page of names under that key.

    Raises:
        ApiError: InvalidNextTokenException.
    """
    shown, token = page(items, parameters, str, PAGE)
    return {key: list(shown), **present(nextToken=token)}
