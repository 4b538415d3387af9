from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from moto import mock_aws

import gate_stage.bootstrap
from crosscheck.ledger.subjects import Subject
from crosscheck.ledger.table import Ledger, Record
from gate_stage.bootstrap import build_runner
from gate_stage.handler import handler
from gate_stage.job_runner import logger
from tests.builders import tables
from tests.fakes.codepipeline import FakeJob
from tests.fakes.codepipeline_release import EXECUTION, HOME, JOB, NOW, PIPELINE, Release, context
from tests.fakes.json_protocol import SESSION

EVENTS = Path(__file__).parents[3] / "events"
TABLE = "ledger"


@dataclass
class LambdaContext:
    """What Lambda gives a function; the function's time never passes by itself."""

    remaining: int = 60_000
    function_name: str = "crosscheck-gate"
    memory_limit_in_mb: int = 256
    invoked_function_arn: str = "arn:aws:lambda:us-east-1:111122223333:function:crosscheck-gate"
    aws_request_id: str = "0c1d2e3f-0000-4000-8000-000000000000"

    def get_remaining_time_in_millis(self) -> int:
        return self.remaining


class Account:
    """The release's world, with the gate deployed in it."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.release = Release()
        self.now = NOW.timestamp()
        self.context = LambdaContext()
        SESSION.client("dynamodb", region_name=HOME).create_table(TableName=TABLE, **tables.SCHEMA)
        self.sqs = SESSION.client("sqs", region_name=HOME)
        self.queue = self.sqs.create_queue(QueueName="cards.fifo", Attributes={"FifoQueue": "true"})["QueueUrl"]
        monkeypatch.setenv("LEDGER_TABLE", TABLE)
        monkeypatch.setenv("CARD_QUEUE_URL", self.queue)
        self.run = build_runner(self.release.aws, lambda: self.now)

    def invoke(self, name: str = "codepipeline_job", **changes: Any) -> dict[str, Any]:
        """Deliver a job and give CodePipeline's record of the answer; empty where there is none."""
        event = self.event(name, **changes)
        job, data = self.release.codepipeline.jobs[event["CodePipeline.job"]["id"]], event["CodePipeline.job"]["data"]
        job.configuration = data["actionConfiguration"]["configuration"]
        job.token = data.get("continuationToken", "")
        handler(event, self.context)
        return job.answer

    def event(self, name: str = "codepipeline_job", **changes: Any) -> dict[str, Any]:
        """An event from its file; ``parameters`` replaces UserParameters, ``token`` the continuation."""
        event: dict[str, Any] = json.loads((EVENTS / f"{name}.json").read_text())
        data = event["CodePipeline.job"]["data"]
        if "parameters" in changes:
            data["actionConfiguration"]["configuration"]["UserParameters"] = json.dumps(changes["parameters"])
        if "token" in changes:
            data["continuationToken"] = changes["token"]
        event["CodePipeline.job"]["id"] = changes.get("job", event["CodePipeline.job"]["id"])
        return event

    def answer(self, job: str = JOB) -> dict[str, Any]:
        """CodePipeline's record of a job's answer."""
        return self.release.codepipeline.jobs[job].answer

    def look_again(self, answer: Mapping[str, Any], number: int, **changes: Any) -> dict[str, Any]:
        """What CodePipeline does with a continuation: a further job, half a minute later."""
        job = f"aaaaaaaa-bbbb-4ccc-8ddd-{number:012x}"
        self.release.codepipeline.jobs[job] = FakeJob(context("ValidateSecondary", "Validate-Secondary"))
        self.now += 30
        return self.invoke(job=job, token=answer["continuationToken"], **changes)

    def ledger(self) -> dict[str, Record]:
        """Everything that the ledger knows of the execution."""
        client = SESSION.client("dynamodb", region_name=HOME)
        return Ledger(client, TABLE, 90).read(Subject(HOME, PIPELINE, EXECUTION))

    def cards(self) -> list[str]:
        """The subjects that the card's queue was told of; they are taken off it."""
        found = self.sqs.receive_message(QueueUrl=self.queue, MaxNumberOfMessages=10).get("Messages", [])
        for message in found:
            self.sqs.delete_message(QueueUrl=self.queue, ReceiptHandle=message["ReceiptHandle"])
        return [message["Body"] for message in found]


@pytest.fixture
def account(monkeypatch: pytest.MonkeyPatch) -> Iterator[Account]:
    monkeypatch.setenv("AWS_DEFAULT_REGION", HOME)
    with mock_aws():
        account = Account(monkeypatch)
        monkeypatch.setattr(gate_stage.bootstrap, "runner", lambda: account.run)
        yield account


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """What the function logs, whichever stream its logger found when it was made."""
    stream = io.StringIO()
    handler = logger.registered_handler
    assert isinstance(handler, logging.StreamHandler)
    before = handler.setStream(stream)
    yield stream
    handler.setStream(before)
