"""ECR as the account's clients see it: the emulator's, with replication between regions and its events."""

from local.aws_json.endpoint import create_app
from local.aws_json.model import Service
from local.aws_json.overlay import Overlay
from local.aws_json.upstream import Upstream
from local.clients import Aws
from local.clock import Clock
from local.ecr.announcements import Announcer
from local.ecr.images import Images
from local.ecr.operations import Operations
from local.ecr.outcomes import Courses
from local.ecr.replications import Replications, Scheduler, run_later
from local.events import EventEmitter

SERVICE = Service("ecr", invalid="InvalidParameterException")


class EcrLayer:
    """Serve ``app`` and announce its URL as ``AWS_ENDPOINT_URL_ECR``.

    ``emulator`` must point at the emulator itself. ``later`` runs the ends of replications, after so many of
    AWS's seconds.
    """

    def __init__(
        self, emulator: Aws, clock: Clock, events: EventEmitter, account_id: str, later: Scheduler | None = None
    ) -> None:
        images, announcer = Images(emulator), Announcer(events, account_id)
        self._courses = Courses()
        replications = Replications(images, self._courses, announcer, clock, account_id, later or run_later(clock))
        operations = Operations(images, replications, announcer, account_id)
        overlay = Overlay(Upstream(emulator), operations.before, operations.after)
        self.app = create_app(SERVICE, account_id, overlay)

    def set_replication(self, region: str, delay_seconds: float | None, outcome: str) -> None:
        """Let every later replication into a region take so long, in AWS's seconds, and end so.

        No delay means the usual one; ``outcome`` is one of ``ReplicationOutcome``.

        Raises:
            ValueError: saying what is wrong.
        """
        self._courses.choose(region, delay_seconds, outcome)

    def clear_faults(self) -> None:
        """Back to the usual for what is pushed from now on."""
        self._courses.clear()
