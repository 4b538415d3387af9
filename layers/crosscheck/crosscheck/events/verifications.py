"""What an event lets be verified, under a name of which Step Functions takes 80 characters."""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass

from crosscheck import times
from crosscheck.ledger.states import State
from crosscheck.ledger.subjects import ImageSubject, Subject

SAME_PUSH = 600  # seconds
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


@dataclass(frozen=True)
class Verification:
    """An execution of the state machine, named and fed the same on every delivery of its event."""

    name: str
    input: Mapping[str, str]


def preflight(release: Subject) -> Verification:
    """The look at what would break an execution, when it starts."""
    return Verification(name=f"{_short(release.execution)}-preflight", input={"subject": release.key})


def finished_stage(release: Subject, stage: str, state: State, attempt: int, at: float) -> Verification:
    """The verification of a stage that finished; one for each attempt. ``at`` is when, in epoch seconds.

    A stage's name may have 100 characters, more than the name of an execution of the state machine, hence the hash.
    """
    digest = hashlib.sha256(stage.encode()).hexdigest()[:12]
    return Verification(
        name=f"{_short(release.execution)}-{digest}-{attempt}",
        input={
            "subject": release.key,
            "stage": stage,
            "state": state.value,
            "attempt": str(attempt),
            "at": times.to_text(at),
        },
    )


def pushed_image(image: ImageSubject, tag: str, pushed: float) -> Verification:
    """The verification of an image that was pushed with this tag then, in epoch seconds.

    The event of a push has no time of its own, and an event that comes from another region has that of its arrival.
    So pushes of the same image and tag within a few minutes are one. The verification of a further tag is planned
    later, and looks for all tags that were pushed by then: its verdict prevails.
    """
    digest = image.digest.removeprefix("sha256:")[:48]
    where = hashlib.sha256(f"{image.region}/{image.repository}:{tag}".encode()).hexdigest()[:12]
    return Verification(
        name=f"{digest}-{where}-{int(pushed // SAME_PUSH)}",
        input={"subject": image.key, "pushed": times.to_text(pushed)},
    )


def _short(execution: str) -> str:
    """CodePipeline's ids are UUIDs; whatever else an event names must not keep its message in the queue for ever."""
    return execution if _UUID.fullmatch(execution) else hashlib.sha256(execution.encode()).hexdigest()[:36]
