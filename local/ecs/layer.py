"""ECS as the account's clients see it: the emulator's, with deployments that take time and may fail."""

from local.aws_json.endpoint import create_app
from local.aws_json.model import Service
from local.aws_json.overlay import Overlay
from local.aws_json.upstream import Upstream
from local.clients import Aws
from local.clock import Clock
from local.ecs.announcements import Announcer
from local.ecs.code_deploy import TaskSets, TaskSetsOf, no_task_sets
from local.ecs.emulated import EmulatedEcs
from local.ecs.images import ImageResolver
from local.ecs.model import History
from local.ecs.names import last_part
from local.ecs.operations import Operations
from local.ecs.records import Deployer
from local.ecs.services import Services
from local.ecs.tasks import counts
from local.events import EventEmitter
from local.outcomes import Outcomes

SERVICE = Service("ecs", invalid="InvalidParameterException")


class UnknownServiceError(LookupError):
    """No cluster of the region has a service of that name."""


class EcsLayer:
    """Serve ``app`` and announce its URL as ``AWS_ENDPOINT_URL_ECS``.

    ``emulator`` must point at the emulator itself, ``registry`` at the ECR that images are resolved in.
    ``task_sets`` tells what CodeDeploy has made of a service.
    """

    def __init__(
        self,
        emulator: Aws,
        registry: Aws,
        clock: Clock,
        outcomes: Outcomes,
        events: EventEmitter,
        account_id: str,
        task_sets: TaskSetsOf = no_task_sets,
    ) -> None:
        self._clock = clock
        self._emulated = EmulatedEcs(emulator)
        images = ImageResolver(registry, account_id)
        deployer = Deployer(clock, outcomes, images)
        self._services = Services(self._emulated, deployer, Announcer(events, clock), clock)
        operations = Operations(self._emulated, self._services, TaskSets(task_sets, self._emulated, images), clock)
        overlay = Overlay(Upstream(emulator), operations.before, operations.after)
        self.app = create_app(SERVICE, account_id, overlay)

    def service_health(self, region: str, service: str) -> tuple[bool, str]:
        """Whether any task of a service runs, and which task definition and images they run.

        Raises:
            UnknownServiceError: if the region has no such service.
        """
        for cluster in self._emulated.clusters(region):
            for base in self._emulated.described(region, cluster, [service]):
                return self._health(self._services.history(base))
        raise UnknownServiceError(f"no service {service} in {region}")

    def _health(self, history: History) -> tuple[bool, str]:
        now = self._clock.now()
        for index in reversed(range(len(history.deployments))):
            if counts(history, index, now).running:
                revision = history.deployments[index].revision
                images = " ".join(image.image for image in revision.images)
                return True, f"{last_part(revision.task_definition)} {images}"
        return False, last_part(history.current.revision.task_definition)
