"""The events queue, the function and the ledger together, on moto."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, cast

import boto3
import pytest

from crosscheck.ledger.subjects import Subject
from crosscheck.ledger.table import Ledger
from record_events import handler as module
from tests.builders import events, lambdas, tables

if TYPE_CHECKING:
    from collections.abc import Iterator

    from aws_lambda_powertools.utilities.typing import LambdaContext
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_sqs import SQSClient

SUBJECT = Subject("us-east-1", events.PIPELINE, events.EXECUTION)


class Queues:
    """The queues of the template, as far as the function sees them."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.client: SQSClient = boto3.client("sqs", region_name="us-east-1")
        self.dead = self.client.create_queue(QueueName="dead")["QueueUrl"]
        arn = self.client.get_queue_attributes(QueueUrl=self.dead, AttributeNames=["QueueArn"])["Attributes"]
        redrive = json.dumps({"deadLetterTargetArn": arn["QueueArn"], "maxReceiveCount": 2})
        self.events = self.client.create_queue(QueueName="events", Attributes={"RedrivePolicy": redrive})["QueueUrl"]
        self.cards = self.client.create_queue(QueueName="cards.fifo", Attributes={"FifoQueue": "true"})["QueueUrl"]
        monkeypatch.setenv("EVENTS_DEAD_LETTERS_URL", self.dead)
        monkeypatch.setenv("CARD_QUEUE_URL", self.cards)

    def run(self) -> dict[str, Any]:
        """One batch through the function."""
        delivered = lambdas.receive(self.client, self.events)
        answer: dict[str, Any] = module.handler(delivered, cast("LambdaContext", lambdas.Context()))
        lambdas.settle(self.client, self.events, delivered, answer)
        return answer

    def bodies(self, queue: str) -> list[str]:
        """What a queue holds."""
        return [record["body"] for record in lambdas.receive(self.client, queue)["Records"]]


@pytest.fixture
def queues(ledger_table: DynamoDBClient, monkeypatch: pytest.MonkeyPatch) -> Iterator[Queues]:
    made = Queues(monkeypatch)
    for cached in (module._clients, module._recorder):
        cached.cache_clear()
    yield made
    for cached in (module._clients, module._recorder):
        cached.cache_clear()


def test_an_event_reaches_the_ledger_and_the_cards_queue(queues: Queues, ledger_table: DynamoDBClient) -> None:
    lambdas.send_event(queues.client, queues.events, events.load("codepipeline_action_failed"))
    assert queues.run() == {"batchItemFailures": []}
    records = Ledger(ledger_table, tables.NAME, 90).read(SUBJECT)
    assert records["action/ValidateSecondary/Validate-EU-West"].latest["run"]["state"] == "FAILED"
    assert queues.bodies(queues.cards) == [SUBJECT.key]


def test_f01_a_duplicate_changes_nothing_and_is_told_once(queues: Queues, ledger_table: DynamoDBClient) -> None:
    for _ in range(3):
        lambdas.send_event(queues.client, queues.events, events.load("codepipeline_action_failed"))
    queues.run()
    records = Ledger(ledger_table, tables.NAME, 90).read(SUBJECT)
    assert records["action/ValidateSecondary/Validate-EU-West"].revision == 1
    assert queues.bodies(queues.cards) == [SUBJECT.key]


def test_f08_a_poison_event_is_kept_with_its_reason_and_the_others_pass(queues: Queues) -> None:
    broken = events.load("codepipeline_action_failed")
    del broken["detail"]["state"]
    for event in (broken, "no json", events.load("codepipeline_stage_started")):
        lambdas.send_event(queues.client, queues.events, event)
    assert queues.run() == {"batchItemFailures": []}
    kept = queues.client.receive_message(
        QueueUrl=queues.dead, MaxNumberOfMessages=10, MessageAttributeNames=["reason"]
    )["Messages"]
    reasons = {message["Body"]: message["MessageAttributes"]["reason"]["StringValue"] for message in kept}
    assert reasons == {json.dumps(broken): "state of detail is missing", "no json": "the message is no JSON"}


def test_f05_a_message_too_deep_for_the_parser_is_kept_with_its_reason(queues: Queues) -> None:
    deep = "[" * 200_000
    lambdas.send_event(queues.client, queues.events, deep)
    assert queues.run() == {"batchItemFailures": []}
    assert queues.bodies(queues.dead) == [deep]


def test_a_dead_letter_queue_that_refuses_keeps_the_event_and_spares_the_others(
    queues: Queues, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EVENTS_DEAD_LETTERS_URL", f"{queues.dead}-gone")
    for event in ("no json", events.load("codepipeline_stage_started")):
        lambdas.send_event(queues.client, queues.events, event)
    assert len(queues.run()["batchItemFailures"]) == 1
    assert queues.bodies(queues.cards) == [SUBJECT.key]


def test_f54_a_failing_ledger_leaves_the_event_in_the_queue(
    queues: Queues, ledger_table: DynamoDBClient, capsys: pytest.CaptureFixture[str]
) -> None:
    ledger_table.delete_table(TableName=tables.NAME)
    lambdas.send_event(queues.client, queues.events, events.load("codepipeline_stage_started"))
    assert len(queues.run()["batchItemFailures"]) == 1
    assert '"EventFailures":[1.0]' in capsys.readouterr().out
    assert queues.bodies(queues.cards) == []


def test_without_a_channel_no_card_is_asked_for(queues: Queues, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SLACK_CHANNEL", "")
    lambdas.send_event(queues.client, queues.events, events.load("codepipeline_stage_started"))
    assert queues.run() == {"batchItemFailures": []}
    assert queues.bodies(queues.cards) == []
