"""What the Lambda service hands to a function."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient


@dataclass(frozen=True)
class Context:
    """The part of Lambda's context that the functions read."""

    function_name: str = "function-under-test"
    memory_limit_in_mb: int = 512
    invoked_function_arn: str = "arn:aws:lambda:us-east-1:111122223333:function:function-under-test"
    aws_request_id: str = "00000000-0000-4000-8000-000000000000"
    remaining_milliseconds: int = 120_000

    def get_remaining_time_in_millis(self) -> int:
        """How long the function may still run."""
        return self.remaining_milliseconds


def receive(client: SQSClient, queue_url: str) -> dict[str, Any]:
    """What an event source mapping makes of the messages that the queue holds now."""
    messages = client.receive_message(
        QueueUrl=queue_url,
        MaxNumberOfMessages=10,
        MessageSystemAttributeNames=["ApproximateReceiveCount", "MessageGroupId"],
    ).get("Messages", [])
    return {
        "Records": [
            {
                "messageId": message["MessageId"],
                "receiptHandle": message["ReceiptHandle"],
                "body": message["Body"],
                "attributes": message["Attributes"],
                "eventSource": "aws:sqs",
            }
            for message in messages
        ]
    }


def settle(client: SQSClient, queue_url: str, delivered: dict[str, Any], answer: dict[str, Any]) -> None:
    """What the event source mapping does with the answer: delete what did not fail."""
    failed = {failure["itemIdentifier"] for failure in answer["batchItemFailures"]}
    for record in delivered["Records"]:
        if record["messageId"] not in failed:
            client.delete_message(QueueUrl=queue_url, ReceiptHandle=record["receiptHandle"])


def send_event(client: SQSClient, queue_url: str, event: object) -> None:
    """What an EventBridge rule does."""
    client.send_message(QueueUrl=queue_url, MessageBody=event if isinstance(event, str) else json.dumps(event))
