"""Reading the alarms, and who is told of them."""

from collections.abc import Mapping, Sequence

from crosscheck_cli.doctor.rules.alarms import TOPIC, SeenAlarm
from crosscheck_cli.stack.connection import Connection

_UNCONFIRMED = frozenset({"PendingConfirmation", "Deleted"})


def look_at_alarms(connection: Connection) -> Mapping[str, SeenAlarm]:
    """The alarms of the stack by their logical ids, as far as they are there."""
    names = {name: logical_id for logical_id, name in connection.stack.of_type("AWS::CloudWatch::Alarm").items()}
    found = connection.clients.client("cloudwatch").describe_alarms(AlarmNames=sorted(names), MaxRecords=100)
    return {
        names[alarm["AlarmName"]]: SeenAlarm(
            name=alarm["AlarmName"],
            rings=alarm["StateValue"] == "ALARM",
            why=alarm.get("StateReason", ""),
            heard=alarm["ActionsEnabled"] and bool(alarm.get("AlarmActions")),
        )
        for alarm in found["MetricAlarms"]
    }


def look_at_subscribers(connection: Connection) -> Sequence[str] | None:
    """The confirmed subscriptions of the alarms' topic; None where there is none."""
    topic = connection.stack.parameters.get(TOPIC)
    if not topic:
        return None
    pages = connection.clients.client("sns", topic.split(":")[3]).get_paginator("list_subscriptions_by_topic")
    listed = [each["SubscriptionArn"] for page in pages.paginate(TopicArn=topic) for each in page["Subscriptions"]]
    return [arn for arn in listed if arn not in _UNCONFIRMED]
