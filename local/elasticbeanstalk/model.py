"""What becomes of an environment as time passes: a pure function of its newest deployment and the time.

Times are epoch seconds. ``pace`` is how many of them pass in a second of AWS's time. A deployment begins only where an
environment is Ready, so that every deployment but the newest has ended.
"""

from dataclasses import dataclass
from enum import Enum, StrEnum
from math import inf

from local.outcomes import Outcome

# In AWS's seconds.
LAUNCHES_IN = 120.0
UPDATES_IN = 60.0
GOES_BACK_IN = 40.0
ABORTS_IN = 30.0
BREAKS_AFTER = 60.0


class Status(StrEnum):
    """Elastic Beanstalk's statuses of environments, as far as they occur here."""

    LAUNCHING = "Launching"
    UPDATING = "Updating"
    ABORTING = "Aborting"
    READY = "Ready"


class Health(Enum):
    """A colour and a status of enhanced health reporting."""

    PENDING = ("Grey", "Pending")
    INFO = ("Green", "Info")
    OK = ("Green", "Ok")
    DEGRADED = ("Red", "Degraded")
    SEVERE = ("Red", "Severe")

    @property
    def colour(self) -> str:
        """The member ``Health``."""
        return self.value[0]

    @property
    def status(self) -> str:
        """The member ``HealthStatus``."""
        return self.value[1]


@dataclass(frozen=True)
class Deployment:
    """One version on its way into an environment. ``previous`` is what ran before: None for the launch.

    ``before`` is the health that the environment had then, ``aborted`` when somebody cancelled the deployment.
    """

    request_id: str
    label: str
    outcome: Outcome
    created: float
    pace: float
    previous: str | None = None
    before: Health = Health.OK
    aborted: float | None = None

    @property
    def launch(self) -> bool:
        """Whether it is the environment's first."""
        return self.previous is None

    @property
    def decided(self) -> float:
        """When it has arrived or failed; infinite if it hangs."""
        if self.outcome is Outcome.HANG:
            return inf
        return self.at(LAUNCHES_IN if self.launch else UPDATES_IN)

    @property
    def ends(self) -> float:
        """When the environment is Ready again."""
        if self.aborted is not None:
            return self.aborted + ABORTS_IN * self.pace
        return self.decided + (GOES_BACK_IN * self.pace if self.outcome is Outcome.ROLLED_BACK else 0.0)

    @property
    def breaks(self) -> float:
        """When the application fails on every instance; infinite if it does not."""
        arrives = self.outcome is Outcome.UNHEALTHY and self.aborted is None
        return self.ends + BREAKS_AFTER * self.pace if arrives else inf

    @property
    def arrives(self) -> bool:
        """Whether the environment keeps the version."""
        return self.aborted is None and self.outcome in {Outcome.HEALTHY, Outcome.UNHEALTHY}

    def at(self, elapsed: float) -> float:
        """The epoch second of a moment that is so many of AWS's seconds after the beginning."""
        return self.created + elapsed * self.pace

    def status(self, now: float) -> Status:
        """The environment's status."""
        if now >= self.ends:
            return Status.READY
        if self.aborted is not None:
            return Status.ABORTING
        return Status.LAUNCHING if self.launch else Status.UPDATING

    def abortable(self, now: float) -> bool:
        """Whether the deployment can be cancelled: until all instances have the version, or it goes back by itself."""
        return self.status(now) is Status.UPDATING and now < self.decided

    def health(self, now: float) -> Health:
        """The environment's health."""
        if now < self.ends:
            good = Health.PENDING if self.launch else Health.INFO
            return good if self.before is Health.OK else self.before
        if now >= self.breaks:
            return Health.SEVERE
        if self.arrives:
            return Health.OK
        stays_mixed = self.outcome is Outcome.FAIL and self.aborted is None
        return Health.DEGRADED if stays_mixed else self.before

    def shown(self, now: float) -> str:
        """The label that the environment is described with: the new one at once, as UpdateEnvironment answers it."""
        return self.label if self.previous is None or self.arrives or now < self.ends else self.previous

    def running(self, now: float) -> str | None:
        """The version label that most instances serve."""
        return self.label if now >= self.ends and self.arrives else self.previous
