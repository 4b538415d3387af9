"""The instances of an EC2 deployment group: their ids, the batches they are deployed to in, what they serve.

The fleet is synthetic: no tag filter is looked at, every group has the same number of instances.
"""

import hashlib
from collections import Counter
from dataclasses import dataclass

from local.codedeploy.model import Deployment, History, Status, Wire
from local.codedeploy.schedule import Progress, Schedule, Step
from local.outcomes import Outcome

FLEET = 3
INSTANCE_ID_CHARACTERS = 17
STEPS = (
    Step("ApplicationStop", 1.0),
    Step("DownloadBundle", 4.0),
    Step("BeforeInstall", 1.0),
    Step("Install", 6.0),
    Step("AfterInstall", 1.0),
    Step("ApplicationStart", 3.0),
    Step("ValidateService", 4.0),
)
DEFAULT_CONFIG = "CodeDeployDefault.OneAtATime"
# How many of the instances may be out of service at once.
_AT_ONCE = {DEFAULT_CONFIG: 1, "CodeDeployDefault.HalfAtATime": FLEET // 2, "CodeDeployDefault.AllAtOnce": FLEET}
CONFIGS = frozenset(_AT_ONCE)
NO_BUNDLE = "DownloadBundle"
_FAILS_AT = {Outcome.FAIL: "ValidateService", Outcome.ROLLED_BACK: "ValidateService"}


@dataclass(frozen=True)
class Instance:
    """An instance, the revision that it was given last, and whether its application runs."""

    id: str
    revision: Wire | None
    up: bool


def instance_ids(region: str, application: str, group: str) -> tuple[str, ...]:
    """The ids of a group's instances, the same whenever the group is made."""
    seeds = (f"{region}/{application}/{group}/{number}" for number in range(FLEET))
    return tuple(f"i-{hashlib.sha256(seed.encode()).hexdigest()[:INSTANCE_ID_CHARACTERS]}" for seed in seeds)


def schedule(instances: tuple[str, ...], config: str, outcome: Outcome, downloadable: bool) -> Schedule:
    """How a deployment goes: the first batch fails or hangs as the outcome has it, which ends the deployment."""
    size = _AT_ONCE[config]
    batches = tuple(instances[start : start + size] for start in range(0, len(instances), size))
    fails = _FAILS_AT.get(outcome) if downloadable else NO_BUNDLE
    hangs = "Install" if outcome is Outcome.HANG and downloadable else None
    return Schedule(batches, STEPS, fails=fails, hangs=hangs)


def instances(ids: tuple[str, ...], history: History, now: float) -> tuple[Instance, ...]:
    """What the instances serve."""
    found = {each: Instance(each, None, up=False) for each in ids}
    for deployment in history:
        for target in deployment.schedule.targets:
            found[target] = _after(found[target], deployment, now)
    return tuple(found.values())


def _after(instance: Instance, deployment: Deployment, now: float) -> Instance:
    """An instance after as much of a deployment as has happened. It serves nothing while it is worked on."""
    events = deployment.events(instance.id, now)
    if events[0].progress in {Progress.PENDING, Progress.SKIPPED}:
        return instance
    installed = {event.name: event.progress for event in events}["Install"] is Progress.SUCCEEDED
    revision = deployment.revision if installed else instance.revision
    done = all(event.progress is Progress.SUCCEEDED for event in events)
    return Instance(instance.id, revision, up=done and not _breaks(deployment, now))


def _breaks(deployment: Deployment, now: float) -> bool:
    """Unhealthy means: the deployment succeeds, then the application fails on every instance."""
    return deployment.outcome is Outcome.UNHEALTHY and deployment.status(now) is Status.SUCCEEDED


def served(fleet: tuple[Instance, ...]) -> tuple[bool, Wire | None]:
    """Whether any instance serves, and the revision that most of those have: with none serving, of all of them."""
    given = [instance for instance in fleet if instance.revision is not None]
    running = [instance for instance in given if instance.up]
    counted = Counter(repr(instance.revision) for instance in running or given)
    revisions = (instance.revision for instance in running or given)
    return bool(running), max(revisions, key=lambda each: counted[repr(each)], default=None)
