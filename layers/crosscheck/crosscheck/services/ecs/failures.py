"""Which stopped tasks failed, and whether a service's tasks die again and again: pure rules.

One task that failed proves nothing: hosts fail, and a dependency may be late. What counts is how many failed, and
whether it goes on, told from what stops for other reasons.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from crosscheck.services.ecs.service import ServiceSnapshot, StoppedTask
from crosscheck.text import shortened

# The stop codes of SpotInterruption, UserInitiated, TerminationNotice and InfrastructureHealth say nothing of the task.
EXITED = "EssentialContainerExited"
FAILURES = frozenset({EXITED, "TaskFailedToStart"})
# What the scheduler stops has one code for all: scaling, deployments, and tasks that are unhealthy. Only the reason
# tells these apart ("Task failed ELB health checks in (target-group …)", "Task failed container health checks").
SCHEDULER = "ServiceSchedulerInitiated"
_UNHEALTHY = re.compile(r"failed (?:ELB|container) health checks", re.IGNORECASE)

# So many failures are repeated ones; of a large service, the tenth part of its desired count.
REPEATED = 3
SHARE = 10
# It is over once no task has failed for as long as the last REPEATED ones took, within these bounds (seconds): a task
# that is killed for its health lives for minutes, one that crashes for seconds.
QUIET_AT_LEAST, QUIET_AT_MOST = 300.0, 900.0


@dataclass(frozen=True)
class Failures:
    """The tasks of the current task definition that failed, the oldest first, of a service that was looked at ``at``
    (epoch seconds). ``needed`` of them are repeated failures, ``counted`` is ECS's own number of those in a row that
    did not come up in the current deployment; it is 0 again once a task runs."""

    tasks: Sequence[StoppedTask]
    counted: int
    needed: int
    at: float

    @property
    def repeated(self) -> bool:
        """Whether tasks die again and again now, or none of many came up."""
        return self.going_on or self.counted >= self.needed

    @property
    def going_on(self) -> bool:
        """Whether tasks die again and again, and the last one not long ago."""
        if len(self.tasks) < self.needed:
            return False
        first, last = self.tasks[-self.needed].stopped, self.tasks[-1].stopped
        return self.at - last < min(max(last - first, QUIET_AT_LEAST), QUIET_AT_MOST)

    @property
    def cause(self) -> str:
        """Why the last one stopped, in ECS's words, to be added to a reason; empty where none did."""
        if not self.tasks:
            return ""
        last = self.tasks[-1]
        code = next((code for code in last.exit_codes if code), None)
        exited = f" with exit code {code}" if code is not None else ""
        return f"; last task stopped{exited}: {shortened(last.reason) or last.code}"


def failures(seen: ServiceSnapshot, since: float | None, task_definition: str = "") -> Failures:
    """What failed of a task definition, without one of the current one, since ``since`` (epoch seconds).

    What stopped before the current deployment began does not count: that deployment is a new try.
    """
    current = not task_definition or task_definition == seen.task_definition
    primary = seen.primary if current else None
    begun = max(since or 0.0, primary.created if primary else 0.0)
    stopped = _stopped(seen, task_definition or seen.task_definition, begun)
    failed = [task for task in stopped if failed_task(task)]
    needed = max(REPEATED, seen.desired // SHARE)
    return Failures(failed, primary.failed if primary else 0, needed, seen.at)


def recycled(seen: ServiceSnapshot) -> int:
    """How many tasks of the current deployment ended by themselves, and well."""
    begun = seen.primary.created if seen.primary else 0.0
    return sum(ended_well(task) for task in _stopped(seen, seen.task_definition, begun))


def failed_task(task: StoppedTask) -> bool:
    """Whether a task stopped because something was wrong with it."""
    if task.code == SCHEDULER:
        return bool(_UNHEALTHY.search(task.reason))
    return task.code in FAILURES and not ended_well(task)


def ended_well(task: StoppedTask) -> bool:
    """Whether a task exited with nothing but zeros after a while, as a worker does that is made anew now and then; one
    that does so at once has not served."""
    exited = task.code == EXITED and bool(task.exit_codes) and not any(task.exit_codes)
    return exited and task.lived >= QUIET_AT_LEAST


def _stopped(seen: ServiceSnapshot, task_definition: str, since: float) -> list[StoppedTask]:
    return [task for task in seen.stopped if task.task_definition == task_definition and task.stopped >= since]
