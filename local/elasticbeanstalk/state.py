"""What the local Elastic Beanstalk remembers. All of it is guarded by ``State.lock``."""

import secrets
import string
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from local.aws_json.errors import ApiError
from local.aws_json.messages import Scope
from local.elasticbeanstalk.events import Event, events
from local.elasticbeanstalk.model import Deployment, Status
from local.regions import partition_of

_ID_CHARACTERS = 10


@dataclass(frozen=True)
class Version:
    """An application version. ``bundle`` is its source bundle's bucket and key: None for the sample application."""

    label: str
    bundle: tuple[str, str] | None
    created: float
    description: str | None = None
    processed: bool = False


def _environment_id() -> str:
    alphabet = string.ascii_lowercase + string.digits
    return f"e-{''.join(secrets.choice(alphabet) for _ in range(_ID_CHARACTERS))}"


@dataclass
class Environment:
    """An environment with its deployments, the launch first. ``platform`` are the members that name its platform.

    ``good`` holds the bundles that were healthy here: going back to one of them is good, whatever is in force.
    """

    scope: Scope
    application: str
    name: str
    platform: dict[str, str]
    history: tuple[Deployment, ...]
    description: str | None = None
    good: set[tuple[str, str] | None] = field(default_factory=set)
    id: str = field(default_factory=_environment_id)

    @property
    def newest(self) -> Deployment:
        """The newest deployment."""
        return self.history[-1]

    def events(self, now: float) -> list[Event]:
        """What happened until now, the oldest first; a deployment is told of until the next one begins."""
        ends = (*(later.created for later in self.history[1:]), now)
        pairs = zip(self.history, ends, strict=True)
        return [event for deployment, end in pairs for event in events(deployment, self.name, min(end, now))]

    def abort(self, now: float) -> None:
        """Cancel the deployment in progress.

        Raises:
            ApiError: InvalidParameterValue, where there is none.
        """
        if not self.newest.abortable(now):
            raise _invalid_state(self.name, "pending deployment")
        self.history = (*self.history[:-1], replace(self.newest, aborted=now))

    def require_ready(self, now: float) -> None:
        """Raises ApiError (InvalidParameterValue) while a deployment is in progress."""
        if self.newest.status(now) is not Status.READY:
            raise _invalid_state(self.name, "Ready")


@dataclass
class Application:
    """An application, its versions by label and its environments by name."""

    name: str
    created: float
    description: str | None = None
    versions: dict[str, Version] = field(default_factory=dict)
    environments: dict[str, Environment] = field(default_factory=dict)

    def version(self, label: str) -> Version:
        """A version.

        Raises:
            ApiError: InvalidParameterValue.
        """
        if label not in self.versions:
            raise ApiError("InvalidParameterValue", f"No Application Version named '{label}' found.")
        return self.versions[label]


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
            ApiError: InvalidParameterValue.
        """
        if name not in self.applications(scope):
            raise ApiError("InvalidParameterValue", f"No Application named '{name}' found.")
        return self.applications(scope)[name]

    def environments(self, scope: Scope) -> Iterator[Environment]:
        """Every environment of an account in a region."""
        for application in self.applications(scope).values():
            yield from application.environments.values()


def arn(scope: Scope, resource: str) -> str:
    """The ARN of a resource such as ``environment/my-app/my-env``."""
    return f"arn:{partition_of(scope.region)}:elasticbeanstalk:{scope.region}:{scope.account}:{resource}"


def _invalid_state(name: str, wanted: str) -> ApiError:
    text = f"Environment named {name} is in an invalid state for this operation. Must be {wanted}."
    return ApiError("InvalidParameterValue", text)
