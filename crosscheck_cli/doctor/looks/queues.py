"""Reading the queues."""

import json

from crosscheck.size_limits import parse_json
from crosscheck_cli.doctor.rules.queues import SeenQueue
from crosscheck_cli.stack.connection import Connection


def look_at_queue(connection: Connection, logical_id: str) -> SeenQueue:
    """A queue of the stack."""
    url = connection.stack.resources[logical_id]
    found = connection.clients.client("sqs").get_queue_attributes(
        QueueUrl=url, AttributeNames=["ApproximateNumberOfMessages", "RedrivePolicy"]
    )["Attributes"]
    redrive = parse_json(found.get("RedrivePolicy", json.dumps({})))
    waiting = int(found["ApproximateNumberOfMessages"])
    return SeenQueue(logical_id, url, waiting, redrive.get("deadLetterTargetArn", ""))


def queue_arn(connection: Connection, logical_id: str) -> str:
    """The ARN of a queue of the stack."""
    stack = connection.stack
    name = stack.resources[logical_id].rpartition("/")[2]
    return f"arn:{stack.partition}:sqs:{stack.home_region}:{stack.account}:{name}"
