"""The entry point: settings, secret, queue, and the answer in the form that a Function URL takes."""

from __future__ import annotations

import json
import socket
from dataclasses import replace
from typing import TYPE_CHECKING, Any, cast

import boto3
import pytest
from botocore.client import BaseClient

from crosscheck.decisions.click import parse_click
from crosscheck.decisions.request import DecisionRequest
from crosscheck.errors import ConfigurationError
from crosscheck.ledger.decision_facts import DecisionKind
from handle_interaction import dialog
from handle_interaction import handler as module
from tests.builders import events, lambdas
from tests.builders.interactions import SIGNS, USER, event, form, pressed
from tests.builders.releases import SUBJECT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from aws_lambda_powertools.utilities.typing import LambdaContext
    from mypy_boto3_dynamodb import DynamoDBClient

SECRET = "crosscheck/slack"  # noqa: S105 - the name of the secret
WHOLE = {"bot_token": "local-bot", "signing_secret": SIGNS}
REQUEST = DecisionRequest(DecisionKind.APPROVE, SUBJECT, "Release", "Go", 1)


class Function:
    """The function with its queue."""

    def __init__(self) -> None:
        self.client = boto3.client("sqs", region_name="us-east-1")
        self.queue = self.client.create_queue(QueueName="decisions.fifo", Attributes={"FifoQueue": "true"})["QueueUrl"]
        self.secrets = boto3.client("secretsmanager", region_name="us-east-1")

    def keep(self, secret: dict[str, str]) -> None:
        self.secrets.create_secret(Name=SECRET, SecretString=json.dumps(secret))

    def answer(self, request: dict[str, Any]) -> dict[str, Any]:
        return module.handler(request, cast("LambdaContext", lambdas.Context()))

    def queued(self) -> list[str]:
        found = self.client.receive_message(QueueUrl=self.queue, MaxNumberOfMessages=10).get("Messages", [])
        return [message["Body"] for message in found]


@pytest.fixture
def function(ledger_table: DynamoDBClient, monkeypatch: pytest.MonkeyPatch) -> Iterator[Function]:
    made = Function()
    settings = {
        "SLACK_SECRET": SECRET,
        "SLACK_API_URL": "http://127.0.0.1:1/",
        "APPROVERS": USER,
        "DECISIONS_QUEUE_URL": made.queue,
    }
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr("time.time", lambda: 1_800_000_000.0)
    module._interactions.cache_clear()
    yield made
    module._interactions.cache_clear()


def test_a_click_is_queued_once_however_often_it_is_made(function: Function) -> None:
    function.keep(WHOLE)
    signed = event(form(pressed(REQUEST)))
    answers = [function.answer(signed) for _ in range(2)]
    assert answers == [{"statusCode": 200, "headers": {"content-type": "text/plain"}, "body": ""}] * 2
    (message,) = function.queued()
    click = parse_click(message)
    assert (click.request, click.user) == (REQUEST, USER)


def test_the_example_is_not_signed_and_gets_no_further(function: Function) -> None:
    function.keep(WHOLE)
    assert function.answer(events.load("slack_click"))["statusCode"] == 401
    assert function.queued() == []


def test_f52_without_a_usable_secret_nothing_is_believed_and_an_alarm_rings(function: Function) -> None:
    with pytest.raises(ConfigurationError, match="cannot be read: ResourceNotFoundException"):
        function.answer(event(form(pressed(REQUEST))))
    function.keep({"bot_token": "local-bot"})
    with pytest.raises(ConfigurationError, match="has no signing_secret"):
        function.answer(event(form(pressed(REQUEST))))
    assert function.queued() == []


def test_a_queue_that_is_out_of_reach_is_an_error_so_that_slack_shows_the_person(function: Function) -> None:
    function.keep(WHOLE)
    function.client.delete_queue(QueueUrl=function.queue)
    with pytest.raises(Exception, match=r"^SendMessage was refused: \S+, request \S+$"):
        function.answer(event(form(pressed(REQUEST))))


def test_f45_between_a_cold_start_and_the_answer_aws_is_called_twice(
    function: Function, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Slack waits three seconds, the start of the function included."""
    calls: list[str] = []
    genuine = BaseClient._make_api_call  # type: ignore[attr-defined]

    def counted(client: BaseClient, operation: str, parameters: dict[str, Any]) -> Any:
        calls.append(operation)
        return genuine(client, operation, parameters)

    function.keep(WHOLE)
    with monkeypatch.context() as counting:
        counting.setattr(BaseClient, "_make_api_call", counted)
        assert function.answer(event(form(pressed(REQUEST))))["statusCode"] == 200
    assert calls == ["GetSecretValue", "SendMessage"]


def test_f45_a_slack_that_opens_no_dialog_is_given_up_and_the_person_sees_that_nothing_happened(
    function: Function, monkeypatch: pytest.MonkeyPatch
) -> None:
    function.keep(WHOLE)
    monkeypatch.setattr(dialog, "OPEN_SECONDS", 0.1)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        monkeypatch.setenv("SLACK_API_URL", f"http://127.0.0.1:{silent.getsockname()[1]}/")
        reject = replace(REQUEST, kind=DecisionKind.REJECT)
        assert function.answer(event(form(pressed(reject))))["statusCode"] == 502
    assert function.queued() == []
