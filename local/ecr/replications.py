"""Replications under way and done, by source image; what runs later is handed to a scheduler."""

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from botocore.exceptions import ClientError

from local.clock import Clock
from local.ecr.announcements import Announcer
from local.ecr.images import Image, Images
from local.ecr.outcomes import Courses, ReplicationOutcome
from local.ecr.rules import Destination

logger = logging.getLogger(__name__)

FAILURE = "InternalFailure"  # AWS lists no failure codes
FOREIGN = "AccessDenied"  # another account has not allowed it: there is no other account here

type Scheduler = Callable[[float, Callable[[], None]], None]
type Key = tuple[str, str, str]  # source region, repository, digest


class Status(StrEnum):
    """ECR's ReplicationStatus."""

    IN_PROGRESS = "IN_PROGRESS"
    COMPLETE = "COMPLETE"
    FAILED = "FAILED"


@dataclass(frozen=True)
class Replication:
    """How far one image is on its way to one destination."""

    destination: Destination
    status: Status
    failure: str = ""

    @property
    def view(self) -> dict[str, str]:
        """ECR's ImageReplicationStatus."""
        failure = {"failureCode": self.failure} if self.failure else {}
        return {
            "region": self.destination.region,
            "registryId": self.destination.registry_id,
            "status": self.status,
            **failure,
        }


def run_later(clock: Clock) -> Scheduler:
    """Runs actions after so many of AWS's seconds, as the clock then goes, in threads that end with the process."""

    def later(seconds: float, action: Callable[[], None]) -> None:
        def wait() -> None:
            if clock.follow(seconds):
                action()

        threading.Thread(target=wait, name="replication", daemon=True).start()

    return later


class Replications:
    """Sends pushed images on their way. An arrival starts no replication of its own: images go one hop only."""

    def __init__(
        self, images: Images, courses: Courses, announcer: Announcer, clock: Clock, own: str, later: Scheduler
    ) -> None:
        self._images = images
        self._courses = courses
        self._announcer = announcer
        self._clock = clock
        self._own = own
        self._later = later
        self._lock = threading.Lock()
        self._known: dict[Key, dict[Destination, Replication]] = {}

    def begin(self, source: str, image: Image, destinations: tuple[Destination, ...]) -> None:
        """Start the replication of an image that was just pushed."""
        for destination in destinations:
            self._set(source, image, Replication(destination, Status.IN_PROGRESS))
            course = self._courses.into(destination.region)
            outcome = course.of_image(image.tag)
            if outcome is not ReplicationOutcome.HANG:
                self._later(course.delay, self._ending(source, image, destination, outcome))

    def statuses(self, source: str, repository: str, digest: str) -> list[dict[str, str]]:
        """The replications of an image; none if no rule sent it anywhere."""
        with self._lock:
            found = list(self._known.get((source, repository, digest), {}).values())
        return [replication.view for replication in found]

    def state(self, source: str, image: Image, destination: Destination) -> str:
        """How far an image is on its way to a destination; empty if it never was."""
        with self._lock:
            known = self._known.get((source, image.repository, image.digest), {}).get(destination)
        return known.status if known else ""

    def forget(self, source: str, repository: str, digest: str) -> None:
        """The source image was deleted."""
        with self._lock:
            self._known.pop((source, repository, digest), None)

    def _ending(
        self, source: str, image: Image, destination: Destination, outcome: ReplicationOutcome
    ) -> Callable[[], None]:
        def end() -> None:
            if not self._clock.stopped:
                self._end(source, image, destination, outcome)

        return end

    def _end(self, source: str, image: Image, destination: Destination, outcome: ReplicationOutcome) -> None:
        failure, tag = self._outcome(image, destination, outcome)
        status = Status.FAILED if failure else Status.COMPLETE
        self._set(source, image, Replication(destination, status, failure))
        if destination.registry_id == self._own:  # another account's events are not seen here
            region, repository, digest = destination.region, image.repository, image.digest
            self._announcer.replication(source, region, repository, digest, tag, succeeded=not failure)

    def _outcome(self, image: Image, destination: Destination, outcome: ReplicationOutcome) -> tuple[str, str | None]:
        """The failure code, empty if there is none, and the tag in the destination."""
        if destination.registry_id != self._own:
            return FOREIGN, image.tag
        match outcome:
            case ReplicationOutcome.FAIL:
                return FAILURE, image.tag
            case ReplicationOutcome.EXPIRED:
                return "", image.tag
            case _:
                return self._arrive(image, destination.region)

    def _arrive(self, image: Image, region: str) -> tuple[str, str | None]:
        try:
            return "", self._images.arrive(region, image)
        except ClientError as error:
            logger.warning("an image could not be replicated into %s: %s", region, error)
            return str(error.response["Error"]["Code"]), image.tag

    def _set(self, source: str, image: Image, replication: Replication) -> None:
        with self._lock:
            by_destination = self._known.setdefault((source, image.repository, image.digest), {})
            by_destination[replication.destination] = replication


def shown(statuses: list[dict[str, str]], repository: str, image_id: dict[str, str]) -> dict[str, Any]:
    """DescribeImageReplicationStatus's answer."""
    return {"repositoryName": repository, "imageId": image_id, "replicationStatuses": statuses}
