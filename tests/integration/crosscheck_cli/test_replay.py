"""Replaying against SQS: nothing is lost, whatever is killed, and nothing is done that nobody agreed to."""

from __future__ import annotations

import json
from functools import partial
from typing import TYPE_CHECKING, Any

import boto3
import pytest
import typer
from moto import mock_aws

from crosscheck_cli.app import main
from crosscheck_cli.commands import replay as command
from crosscheck_cli.replay import queues
from crosscheck_cli.replay.described import card_message_in_words, event_message_in_words
from crosscheck_cli.replay.queues import DeadLetterQueue, LiveQueue
from crosscheck_cli.replay.redrive import Redrive
from crosscheck_cli.stack.connection import Connection
from tests.builders import events
from tests.builders.stacks import ACCOUNT, deployed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

BODIES = [json.dumps(events.stage("Deploy", "STARTED", second)) for second in range(12)]
CARDS = [f"execution#us-east-1#shop#{number}" for number in range(3)]


class Killed(BaseException):
    """The process ended here."""


class Mortal:
    """A client of SQS that is killed at the ``dies``th call, before or after it was answered."""

    def __init__(self, client: Any, dies: int = 0, *, answered: bool = False) -> None:
        self._client, self._dies, self._answered = client, dies, answered
        self.calls = 0

    def __getattr__(self, name: str) -> Callable[..., Any]:
        return partial(self._call, getattr(self._client, name))

    def _call(self, method: Callable[..., Any], **arguments: Any) -> Any:
        self.calls += 1
        if self.calls == self._dies and not self._answered:
            raise Killed
        answer = method(**arguments)
        if self.calls == self._dies:
            raise Killed
        return answer


class Queues:
    """The queues of a stack."""

    def __init__(self) -> None:
        self.client = boto3.client("sqs", region_name="us-east-1")
        fifo: Any = {"FifoQueue": "true"}
        self.urls = {
            "EventsQueue": self.client.create_queue(QueueName="events")["QueueUrl"],
            "EventsDeadLetters": self.client.create_queue(QueueName="dead")["QueueUrl"],
            "CardQueue": self.client.create_queue(QueueName="cards.fifo", Attributes=fifo)["QueueUrl"],
            "CardDeadLetters": self.client.create_queue(QueueName="dead-cards.fifo", Attributes=fifo)["QueueUrl"],
        }

    def bury(self, *bodies: str) -> None:
        """Events that were given up."""
        for body in bodies:
            self.client.send_message(QueueUrl=self.urls["EventsDeadLetters"], MessageBody=body)

    def redrive(self, client: Any) -> Redrive:
        """The way back for events, through this client."""
        dead = DeadLetterQueue(client, self.urls["EventsDeadLetters"])
        describe = partial(event_message_in_words, account=ACCOUNT)
        return Redrive(dead, LiveQueue(client, self.urls["EventsQueue"]), describe)

    def bodies(self, name: str) -> list[str]:
        """What a queue holds, once nobody holds anything."""
        found: list[str] = []
        while True:
            answer = self.client.receive_message(
                QueueUrl=self.urls[name], MaxNumberOfMessages=10, MessageSystemAttributeNames=["MessageGroupId"]
            )
            if "Messages" not in answer:
                return found
            found += [message["Body"] for message in answer["Messages"]]
            for message in answer["Messages"]:
                self.client.delete_message(QueueUrl=self.urls[name], ReceiptHandle=message["ReceiptHandle"])


@pytest.fixture
def sqs(monkeypatch: pytest.MonkeyPatch) -> Iterator[Queues]:
    with mock_aws():
        found = Queues()
        stack = deployed()
        stack = type(stack)(**{**vars(stack), "resources": found.urls})
        clients: Any = type("Clients", (), {"client": lambda _self, _service, _region=None: found.client})()
        monkeypatch.setattr(command, "connect", lambda *_: Connection(clients, stack))
        yield found


def run(*arguments: str) -> int:
    try:
        return main(["replay", *arguments])
    except SystemExit as ended:
        return int(ended.code or 0)


def _answers(monkeypatch: pytest.MonkeyPatch, answer: bool | None) -> list[str]:
    asked: list[str] = []

    def confirm(question: str) -> bool:
        asked.append(question)
        if answer is None:
            raise typer.Abort
        return answer

    monkeypatch.setattr(typer, "confirm", confirm)
    return asked


@pytest.mark.parametrize("answered", [False, True])
def test_killed_at_any_call_it_loses_nothing(sqs: Queues, monkeypatch: pytest.MonkeyPatch, *, answered: bool) -> None:
    monkeypatch.setattr(queues, "HOLD_SECONDS", 0)  # what was held when it died is there again
    few = BODIES[:2]
    whole = Mortal(sqs.client)
    sqs.bury(*few)
    list(sqs.redrive(whole).run(sqs.redrive(whole).look(), len(few)))
    assert sorted(sqs.bodies("EventsQueue")) == few
    for dies in range(1, whole.calls + 1):
        sqs.bury(*few)
        mortal = Mortal(sqs.client, dies, answered=answered)
        with pytest.raises(Killed):
            list(sqs.redrive(mortal).run(sqs.redrive(mortal).look(), len(few)))
        again = Mortal(sqs.client)
        list(sqs.redrive(again).run(sqs.redrive(again).look(), len(few)))
        assert set(sqs.bodies("EventsQueue")) == set(few), dies
        assert sqs.bodies("EventsDeadLetters") == []


def test_all_that_was_given_up_is_handed_on_and_what_is_unreadable_stays(
    sqs: Queues, capsys: pytest.CaptureFixture[str]
) -> None:
    sqs.bury(*BODIES, "{")
    assert run("events", "--yes") == 0
    assert sorted(sqs.bodies("EventsQueue")) == sorted(BODIES)
    assert sqs.bodies("EventsDeadLetters") == ["{"]
    out = capsys.readouterr().out
    assert "stays: the message is no JSON" in out
    assert "12 replayed; 1 stayed, as they would be given up again at once." in out


def test_so_many_at_most(sqs: Queues) -> None:
    sqs.bury(*BODIES)
    assert run("events", "--yes", "--most", "3") == 0
    assert len(sqs.bodies("EventsQueue")) == 3
    assert len(sqs.bodies("EventsDeadLetters")) == len(BODIES) - 3


def test_cards_keep_their_group_and_come_in_their_order(sqs: Queues) -> None:
    for number, body in enumerate(CARDS):
        sqs.client.send_message(
            QueueUrl=sqs.urls["CardDeadLetters"],
            MessageBody=body,
            MessageGroupId="C0TEAM",
            MessageDeduplicationId=str(number),
        )
    assert run("cards", "--yes") == 0
    answer = sqs.client.receive_message(
        QueueUrl=sqs.urls["CardQueue"], MaxNumberOfMessages=10, MessageSystemAttributeNames=["MessageGroupId"]
    )
    assert [(each["Body"], each["Attributes"]["MessageGroupId"]) for each in answer["Messages"]] == [
        (body, "C0TEAM") for body in CARDS
    ]
    assert card_message_in_words(CARDS[0], ACCOUNT) == "the card of shop 0"


@pytest.mark.parametrize(("arguments", "answer"), [(["--dry-run"], True), ([], False), ([], None)])
def test_without_a_yes_nothing_changes_and_nothing_is_held(
    sqs: Queues, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], arguments: list[str], answer: bool
) -> None:
    asked = _answers(monkeypatch, answer)
    sqs.bury(*BODIES[:2])
    assert run("events", *arguments) == 0
    assert asked == ([] if arguments else ["Replay them?"])
    assert sqs.bodies("EventsQueue") == []
    assert sorted(sqs.bodies("EventsDeadLetters")) == sorted(BODIES[:2])
    assert "Nothing was replayed." in capsys.readouterr().out


def test_an_empty_queue_is_told(sqs: Queues, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("events") == 0
    assert "EventsDeadLetters is empty: nothing to replay." in capsys.readouterr().out
    assert sqs.bodies("EventsQueue") == []


def test_a_files_events_are_sent_in_their_order_once_somebody_agreed(
    sqs: Queues, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    path = tmp_path / "events.jsonl"
    path.write_text("\n".join(BODIES))
    assert _answers(monkeypatch, answer=True) == []
    assert run(str(path)) == 0
    assert sorted(map(json.loads, sqs.bodies("EventsQueue")), key=lambda event: event["time"]) == [
        *map(json.loads, BODIES)
    ]
    assert run(str(path), "--dry-run") == 0
    assert sqs.bodies("EventsQueue") == []


def test_a_file_with_one_bad_event_is_not_sent_at_all(
    sqs: Queues, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "events.json"
    path.write_text(json.dumps([json.loads(BODIES[0]), {"source": "aws.ec2"}]))
    assert run(str(path), "--yes") == 2
    assert f"event 2 of {path} cannot be replayed: " in capsys.readouterr().err
    assert sqs.bodies("EventsQueue") == []


def test_what_is_neither_a_source_nor_a_file_is_refused(sqs: Queues, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("nothing") == 2
    assert "nothing is neither events nor cards nor a file that is there" in capsys.readouterr().err
    assert sqs.bodies("EventsQueue") == []
