"""The queues: what waits, what was given up, and whether what is given up is kept."""

import json
from collections.abc import Iterator
from dataclasses import dataclass

from crosscheck_cli.doctor.defect import Defect, Severity

# So many wait in a busy account for seconds; what waits for longer has its alarm.
BACKLOG = 1_000
# How often a message is tried before it is given up, as template.yaml has it for each queue.
RECEIVES = {"EventsQueue": 100, "CardQueue": 1_000, "DecisionsQueue": 5}
_REPLAYS = {
    "EventsDeadLetters": "mend the cause (docs/operations.md, EventsDeadLettersAlarm), then: crosscheck replay events",
    "CardDeadLetters": "mend Slack's side (docs/operations.md, CardDeadLettersAlarm), then: crosscheck replay cards",
    "DecisionsDeadLetters": (
        "look at the cards, and decide again there; an old click is not replayed: aws sqs purge-queue --queue-url {url}"
    ),
}


@dataclass(frozen=True)
class SeenQueue:
    """A queue by its logical id. ``dead_letters`` is the ARN to which it gives messages up, empty for none."""

    name: str
    url: str
    waiting: int
    dead_letters: str = ""


def judge_dead_letters(queue: SeenQueue) -> Iterator[Defect]:
    """Whether anything was given up."""
    if queue.waiting:
        problem = f"{queue.waiting} message{'s' if queue.waiting > 1 else ''} that nobody could handle"
        yield Defect(Severity.ERROR, queue.name, problem, _REPLAYS[queue.name].format(url=queue.url))


def judge_queue(queue: SeenQueue, dead_letters: str) -> Iterator[Defect]:
    """Whether much waits, and whether what is given up goes to the queue of this ARN."""
    if queue.waiting > BACKLOG:
        problem = f"{queue.waiting} messages wait: what reads them is slower than what writes, or does not read"
        yield Defect(Severity.WARNING, queue.name, problem, "see the findings on functions, and the functions' logs")
    if queue.dead_letters != dead_letters:
        redrive = json.dumps({"deadLetterTargetArn": dead_letters, "maxReceiveCount": RECEIVES[queue.name]})
        attributes = json.dumps({"RedrivePolicy": redrive})
        fix = f"aws sqs set-queue-attributes --queue-url {queue.url} --attributes '{attributes}'"
        yield Defect(Severity.ERROR, queue.name, "what it cannot deliver is not kept", fix)
