"""What an operation is called with, and what several of them need."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from local.aws_json.errors import ApiError
from local.aws_json.messages import Json, Parameters, Scope
from local.clock import Clock
from local.elasticbeanstalk.bundles import Bundles
from local.elasticbeanstalk.state import Application, Environment, State
from local.outcomes import Outcomes


@dataclass(frozen=True)
class Call:
    """One request, in the account and region that it is for."""

    state: State
    bundles: Bundles
    clock: Clock
    outcomes: Outcomes
    scope: Scope
    request_id: str

    @property
    def now(self) -> float:
        """The time."""
        return self.clock.now()

    @property
    def applications(self) -> dict[str, Application]:
        """The applications there."""
        return self.state.applications(self.scope)

    def application(self, name: str) -> Application:
        """The application of that name."""
        return self.state.application(self.scope, name)

    def environment(self, parameters: Parameters) -> Environment:
        """The environment that is named by its name or its id.

        Raises:
            ApiError: MissingRequiredParameter, InvalidParameterValue.
        """
        wanted = {key: parameters[key] for key in ("EnvironmentName", "EnvironmentId") if key in parameters}
        if not wanted:
            text = "You must specify either the parameter EnvironmentName or the parameter EnvironmentId."
            raise ApiError("MissingRequiredParameter", text)
        for environment in self.state.environments(self.scope):
            if matches(environment, parameters):
                return environment
        key, value = next(iter(wanted.items()))
        raise ApiError("InvalidParameterValue", f"No Environment found for {key} = '{value}'.")


Operation = Callable[[Call, Parameters], Json]


def matches(environment: Environment, parameters: Parameters) -> bool:
    """Whether an environment is of the application, name and id that are given."""
    known = {
        "ApplicationName": environment.application,
        "EnvironmentName": environment.name,
        "EnvironmentId": environment.id,
    }
    return all(parameters.get(key, value) == value for key, value in known.items())


def page[Item](newest_first: Sequence[Item], parameters: Parameters) -> tuple[Sequence[Item], str | None]:
    """The items asked for, and the token of the next page: how many items are left, which new ones do not change.

    Raises:
        ApiError: InvalidParameterValue.
    """
    token, total = parameters.get("NextToken", str(len(newest_first))), len(newest_first)
    if not token.isascii() or not token.isdigit() or int(token) > total:
        raise ApiError("InvalidParameterValue", "The NextToken is not valid.")
    start = total - int(token)
    end = min(start + parameters.get("MaxRecords", total), total)
    return newest_first[start:end], str(total - end) if end < total else None
