"""The operations that the local account has, by name."""

from collections.abc import Mapping

from local.codedeploy.api import applications, deployments, groups, targets
from local.codedeploy.api.call import Answer, Call, Operation, Parameters
from local.codedeploy.deployer import Deployer
from local.codedeploy.state import Scope
from local.codepipeline.errors import ApiError

OPERATIONS: Mapping[str, Operation] = {
    **applications.OPERATIONS,
    **groups.OPERATIONS,
    **deployments.OPERATIONS,
    **targets.OPERATIONS,
}


class Api:
    """Calls operations by name."""

    def __init__(self, deployer: Deployer) -> None:
        self._deployer = deployer

    def call(self, name: str, scope: Scope, parameters: Parameters) -> Answer:
        """The operation's answer.

        Raises:
            ApiError: whatever the operation refuses; UnknownOperationException where it is not in the local account.
        """
        operation = OPERATIONS.get(name)
        if operation is None:
            raise ApiError("UnknownOperationException", f"The operation {name} is not in the local account.")
        return operation(Call(self._deployer, scope), parameters)
