"""The functions, and what invokes them."""

from collections.abc import Iterator
from dataclasses import dataclass

from crosscheck_cli.doctor.defect import GONE, Defect, Severity

_ENABLED = frozenset({"Enabled", "Enabling", "Updating", "Creating"})


@dataclass(frozen=True)
class SeenFunction:
    """A function by its logical id. ``concurrency`` is what is reserved for it, None for nothing."""

    logical_id: str
    name: str
    concurrency: int | None


@dataclass(frozen=True)
class SeenMapping:
    """What reads a queue for a function; ``state`` is empty where it is gone."""

    logical_id: str
    uuid: str
    state: str


def judge_function(function: SeenFunction, region: str) -> Iterator[Defect]:
    """Whether the function may run at all."""
    if function.concurrency == 0:
        problem = "it is stopped: no concurrency is left to it"
        fix = f"aws lambda delete-function-concurrency --region {region} --function-name {function.name}"
        yield Defect(Severity.ERROR, function.logical_id, problem, fix)


def judge_mapping(mapping: SeenMapping, region: str) -> Iterator[Defect]:
    """Whether the queue is read."""
    if mapping.state in _ENABLED:
        return
    problem = f"the queue is not read: its event source mapping is {mapping.state.lower() or 'gone'}"
    fix = f"aws lambda update-event-source-mapping --region {region} --uuid {mapping.uuid} --enabled"
    yield Defect(Severity.ERROR, mapping.logical_id, problem, fix)


def judge_schedule(name: str, state: str, region: str) -> Iterator[Defect]:
    """Whether reconcile runs every two minutes; ``state`` is empty where the schedule is gone."""
    if state == "ENABLED":
        return
    problem = f"the schedule {name} is {state or 'gone'}: events that are lost are not noticed"
    fix = f"enable the schedule {name} in EventBridge Scheduler in {region}" if state else GONE
    yield Defect(Severity.ERROR, "ReconcileSchedule", problem, fix)
