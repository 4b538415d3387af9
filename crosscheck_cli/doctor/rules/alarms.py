"""The alarms: whether they ring, and whether anybody hears them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from crosscheck_cli.doctor.defect import GONE, Defect, Severity
from crosscheck_cli.stack.deployed_stack import DeployedStack

TOPIC = "AlarmTopicArn"


@dataclass(frozen=True)
class SeenAlarm:
    """An alarm. ``heard``: something is told when it rings."""

    name: str
    rings: bool
    why: str
    heard: bool


def judge_alarms(
    alarms: Mapping[str, SeenAlarm], subscribers: Sequence[str] | None, stack: DeployedStack
) -> Iterator[Defect]:
    """The alarms by their logical ids. ``subscribers`` are those of the topic, as far as they confirmed; None: there is
    no topic."""
    for logical_id in sorted(stack.of_type("AWS::CloudWatch::Alarm").keys() - alarms.keys()):
        fix = GONE
        yield Defect(Severity.ERROR, logical_id, "the alarm is gone", fix)
    for logical_id, alarm in alarms.items():
        if alarm.rings:
            yield Defect(
                Severity.ERROR, logical_id, f"the alarm rings: {alarm.why}", f"docs/operations.md, {logical_id}"
            )
    unheard = [logical_id for logical_id, alarm in alarms.items() if not alarm.heard]
    if not stack.parameters.get(TOPIC):
        if unheard:
            problem = f"nobody hears the {len(alarms)} alarms: {TOPIC} is empty"
            yield Defect(Severity.WARNING, "alarms", problem, f"deploy with {TOPIC}=<ARN of an SNS topic>")
        return
    for logical_id in unheard:
        enable = f"aws cloudwatch enable-alarm-actions --region {stack.home_region} --alarm-names"
        fix = f"{enable} {alarms[logical_id].name}; if it has no action, add the topic {stack.parameters[TOPIC]}"
        yield Defect(Severity.WARNING, logical_id, "nobody hears this alarm", fix)
    if not subscribers:
        topic = f"--topic-arn {stack.parameters[TOPIC]}"
        fix = f"aws sns subscribe {topic} --protocol email --notification-endpoint <address>"
        yield Defect(Severity.WARNING, TOPIC, "nobody has subscribed to the topic of the alarms", fix)
