"""Every look and every rule, at once."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial

from crosscheck.aws_errors import AWS_ERRORS, denied, explain, region_not_enabled
from crosscheck.time_limits import all_within
from crosscheck_cli.doctor.defect import Defect, Severity
from crosscheck_cli.doctor.looks.alarms import look_at_alarms, look_at_subscribers
from crosscheck_cli.doctor.looks.events import look_at_forwarding, look_at_own_rule
from crosscheck_cli.doctor.looks.functions import look_at_function, look_at_mapping, look_at_schedule
from crosscheck_cli.doctor.looks.gates import look_at_gates
from crosscheck_cli.doctor.looks.queues import look_at_queue, queue_arn
from crosscheck_cli.doctor.looks.replication import look_at_replication
from crosscheck_cli.doctor.looks.slack import look_at_slack
from crosscheck_cli.doctor.looks.stores import look_at_store
from crosscheck_cli.doctor.rules.alarms import judge_alarms
from crosscheck_cli.doctor.rules.events import judge_forwarding, judge_own_rule
from crosscheck_cli.doctor.rules.functions import judge_function, judge_mapping, judge_schedule
from crosscheck_cli.doctor.rules.gates import judge_gates
from crosscheck_cli.doctor.rules.queues import judge_dead_letters, judge_queue
from crosscheck_cli.doctor.rules.replication import judge_replication
from crosscheck_cli.doctor.rules.slack import judge_slack
from crosscheck_cli.doctor.rules.stack import judge_stack
from crosscheck_cli.doctor.rules.stores import judge_store
from crosscheck_cli.stack.connection import Connection

WITHIN_SECONDS = 120
OWN_RULES = {"PipelineEvents": frozenset({"aws.codepipeline"}), "ImagePushes": frozenset({"aws.ecr"})}
QUEUES = {
    "EventsQueue": "EventsDeadLetters",
    "CardQueue": "CardDeadLetters",
    "DecisionsQueue": "DecisionsDeadLetters",
}

type Work = Callable[[], Iterable[Defect]]


@dataclass(frozen=True)
class ExaminedArea:
    """An area of the stack, and what is wrong there: the worst first."""

    name: str
    defects: tuple[Defect, ...]


def examine(connection: Connection) -> list[ExaminedArea]:
    """Look at every area in every region, and judge it. What cannot be looked at is a defect as well."""
    planned = [(area, region, work) for area, region, work in _planned(connection)]
    works = {number: partial(_done, region, work) for number, (_, region, work) in enumerate(planned)}
    done = all_within(WITHIN_SECONDS, works)
    areas: dict[str, dict[Defect, None]] = {}
    for number, (area, region, _) in enumerate(planned):
        found = done.get(number) or ()
        if number not in done:
            slow = f"no answer within {WITHIN_SECONDS} seconds"
            found = (Defect(Severity.UNKNOWN, region, slow, "try again"),)
        areas.setdefault(area, {}).update(dict.fromkeys(found))
    order = list(Severity)
    return [
        ExaminedArea(area, tuple(sorted(defects, key=lambda each: order.index(each.severity))))
        for area, defects in areas.items()
    ]


def _planned(connection: Connection) -> Iterator[tuple[str, str, Work]]:
    """Area, region and work of every piece."""
    stack, home = connection.stack, connection.stack.home_region
    bus = f"arn:{stack.partition}:events:{home}:{stack.account}:event-bus/default"
    yield "stack", home, lambda: judge_stack(stack)
    for region in stack.regions:
        yield "stores", region, partial(_store, connection, region)
    yield "replication", home, lambda: judge_replication(look_at_replication(connection), stack)
    for rule, sources in OWN_RULES.items():
        yield "events", home, partial(_own_rule, connection, rule, sources)
    for region in stack.other_regions:
        yield "events", region, partial(_forwarding, connection, region, bus)
    for queue, dead_letters in QUEUES.items():
        yield "queues", home, partial(_queue, connection, queue, dead_letters)
    for function in stack.of_type("AWS::Lambda::Function"):
        yield "functions", home, partial(_function, connection, function)
    for mapping in stack.of_type("AWS::Lambda::EventSourceMapping"):
        yield "functions", home, partial(_mapping, connection, mapping)
    yield "functions", home, lambda: judge_schedule(*look_at_schedule(connection), home)
    yield "alarms", home, lambda: judge_alarms(look_at_alarms(connection), look_at_subscribers(connection), stack)
    if stack.parameters["SlackChannel"]:
        yield "slack", home, lambda: judge_slack(look_at_slack(connection), stack)
    for region in stack.regions:
        yield "gates", region, partial(_gates, connection, region)


def _store(connection: Connection, region: str) -> Iterable[Defect]:
    return judge_store(look_at_store(connection, region))


def _own_rule(connection: Connection, rule: str, sources: frozenset[str]) -> Iterable[Defect]:
    return judge_own_rule(look_at_own_rule(connection, rule), queue_arn(connection, "EventsQueue"), sources)


def _forwarding(connection: Connection, region: str, bus: str) -> Iterable[Defect]:
    return judge_forwarding(region, look_at_forwarding(connection, region), bus)


def _queue(connection: Connection, queue: str, dead_letters: str) -> Iterable[Defect]:
    yield from judge_queue(look_at_queue(connection, queue), queue_arn(connection, dead_letters))
    yield from judge_dead_letters(look_at_queue(connection, dead_letters))


def _function(connection: Connection, function: str) -> Iterable[Defect]:
    return judge_function(look_at_function(connection, function), connection.stack.home_region)


def _mapping(connection: Connection, mapping: str) -> Iterable[Defect]:
    return judge_mapping(look_at_mapping(connection, mapping), connection.stack.home_region)


def _gates(connection: Connection, region: str) -> Iterable[Defect]:
    return judge_gates(look_at_gates(connection, region), connection.stack.outputs["GateInvocationPolicyArn"])


def _done(region: str, work: Work) -> tuple[Defect, ...]:
    try:
        return tuple(work())
    except AWS_ERRORS as error:
        if region_not_enabled(error):
            fix = f"aws account enable-region --region-name {region}; or take it out of Regions, and deploy"
            return (Defect(Severity.ERROR, region, "the account has not enabled the region, or it is new there", fix),)
        fix = "give yourself the right: docs/operations.md lists them" if denied(error) else "try again"
        return (Defect(Severity.UNKNOWN, region, explain(error, region), fix),)
    except OSError as error:
        fix = "try again from a network that reaches it"
        return (Defect(Severity.UNKNOWN, region, f"no answer: {type(error).__name__}", fix),)
