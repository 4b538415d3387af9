"""Many releases at once through record_events: every event shuffled among all others, some delivered twice.

    python -m bench.load_releases [--releases 10 100 1000] [--regions 1 4 16 33]

In process: the function's own handler, on moto's DynamoDB, SQS and Step Functions. What the ledger knows in the end is
compared, fact by fact, with a release whose events came once and in order; a difference ends the run with an error.
"""

from __future__ import annotations

import argparse
import itertools
import json
import os
import random
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, cast
from unittest.mock import patch

import boto3
from moto import mock_aws
from moto.sqs.models import sqs_backends
from moto.stepfunctions.models import stepfunctions_backends

from bench.timing import machine, table
from crosscheck.ledger.subjects import Subject
from crosscheck.ledger.table import Ledger
from tests.builders import events, lambdas, tables

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

REGION = "us-east-1"
TWICE = 0.1  # of the events
BATCH = 10
REFERENCE = "ffffffff-0000-4000-8000-000000000000"
SETTINGS = {
    "AWS_ACCESS_KEY_ID": "testing",
    "AWS_SECRET_ACCESS_KEY": "testing",
    "AWS_DEFAULT_REGION": REGION,
    "AWS_REGION": REGION,
    "POWERTOOLS_SERVICE_NAME": "load",
    "POWERTOOLS_LOG_LEVEL": "CRITICAL",
    "LEDGER_TABLE": tables.NAME,
    "LEDGER_RETENTION_DAYS": "90",
    "SLACK_CHANNEL": "C0RELEASES",
}


def release(execution: str, regions: int = 2) -> list[events.Event]:
    """The events of a good release: 26 with two secondaries, as release A has; two more for each further region."""
    others = [f"Deploy-{number}" for number in range(regions)]
    stages = {
        "Source": ["Source"],
        "Build": ["Build"],
        "DeployPrimary": ["Deploy"],
        "ValidatePrimary": ["Validate"],
        "DeploySecondary": others,
        "ValidateSecondary": [],
    }
    found = [events.pipeline("STARTED")]
    for second, (name, actions) in enumerate(stages.items()):
        began, ended = 10 * second, 10 * second + 9
        found.append(events.stage(name, "STARTED", began))
        found += [events.action(name, each, "STARTED", began) for each in actions]
        found += [events.action(name, each, "SUCCEEDED", ended) for each in actions]
        found.append(events.stage(name, "SUCCEEDED", ended))
    found.append(events.pipeline("SUCCEEDED", 60))
    for each in found:
        each["detail"]["execution-id"] = execution
    return found


def batches(wanted: list[events.Event], seed: int) -> Iterator[dict[str, Any]]:
    """What SQS delivers: shuffled, some of it twice, ten at a time."""
    chance = random.Random(seed)  # noqa: S311 - no secret
    delivered = wanted + chance.sample(wanted, round(TWICE * len(wanted)))
    chance.shuffle(delivered)
    for batch in itertools.batched(delivered, BATCH, strict=False):
        yield {"Records": [{"messageId": each["id"], "body": json.dumps(each)} for each in batch]}


@dataclass(frozen=True)
class ScannedLedger(Ledger):
    """The ledger, read in one go: moto looks through the whole table for every query."""

    scanned: Mapping[str, Sequence[Mapping[str, Any]]] = field(default_factory=dict)

    def items(self, subject: str, prefix: str = "") -> Iterator[Mapping[str, Any]]:
        """As ``Ledger`` reads them."""
        return (item for item in self.scanned.get(subject, ()) if item["sk"]["S"].startswith(prefix))


def scanned(client: DynamoDBClient) -> ScannedLedger:
    """The ledger as it is now."""
    found = defaultdict[str, list[Mapping[str, Any]]](list)
    for page in client.get_paginator("scan").paginate(TableName=tables.NAME, ConsistentRead=True):
        for item in page["Items"]:
            found[item["pk"]["S"]].append(item)
    return ScannedLedger(client, tables.NAME, 90, scanned=found)


def known(ledger: Ledger, execution: str) -> dict[str, tuple[Any, Any]]:
    """What the ledger knows of a release, fact by fact."""
    facts = ledger.read(Subject(REGION, events.PIPELINE, execution))
    return {name: (record.latest, record.once) for name, record in facts.items()}


class LostError(Exception):
    """The ledger is not what it must be."""


class Account:
    """moto's, with the table and the queues, and the function's handler in it."""

    def __init__(self) -> None:
        from record_events import handler as module  # noqa: PLC0415 - it reads the environment

        self.calls: Counter[str] = Counter()
        self.told: Counter[str] = Counter()
        self.started: set[str] = set()
        self.client: DynamoDBClient = tables.create_ledger_table()
        queues = boto3.client("sqs", region_name=REGION)
        cards = queues.create_queue(QueueName="cards.fifo", Attributes={"FifoQueue": "true"})["QueueUrl"]
        machines = boto3.client("stepfunctions", region_name=REGION)
        role = "arn:aws:iam::123456789012:role/load"
        made = machines.create_state_machine(name="verify", definition='{"States": {}}', roleArn=role)
        self._cards: Any = sqs_backends["123456789012"][REGION].queues["cards.fifo"]
        self._machines = stepfunctions_backends["123456789012"][REGION].state_machines
        os.environ |= {"CARD_QUEUE_URL": cards, "STATE_MACHINE": made["stateMachineArn"]}
        for cached in (module._clients, module._recorder):  # noqa: SLF001 - another account's
            cached.cache_clear()
        for service in ("dynamodb", "sqs", "stepfunctions"):
            emitter = module._clients().client(service).meta.events  # noqa: SLF001 - the function's own clients
            emitter.register("before-call", self._count)
        self._handler = module.handler

    def _count(self, model: Any, **_: object) -> None:
        self.calls[model.name] += 1

    def deliver(self, wanted: list[events.Event], seed: int) -> float:
        """Deliver the events; the CPU seconds that took, moto's own among them."""
        began = time.process_time()
        for batch in batches(wanted, seed):
            answer = self._handler(batch, cast("Any", lambdas.Context()))
            if answer["batchItemFailures"]:
                raise LostError(f"refused: {answer}")
            self._take()
        return time.process_time() - began

    def _take(self) -> None:
        """Take what waits for others, at once: moto looks through all of it for every message that is sent."""
        self.told.update(message.body for message in self._cards._messages)  # noqa: SLF001 - no call, which would count
        self._cards._messages.clear()  # noqa: SLF001 - PurgeQueue may be called once a minute
        for found in self._machines:
            self.started.update(execution.name for execution in found.executions)
            found.executions.clear()

    def compare(self, executions: list[str], regions: int) -> None:
        """Whether the ledger knows of each what it knows of one that came in order, and whoever comes next was told.

        Raises:
            LostError: something was lost, or is wrong.
        """
        for event in release(REFERENCE, regions):
            record = {"messageId": event["id"], "body": json.dumps(event)}
            self._handler({"Records": [record]}, cast("Any", lambdas.Context()))
        self._take()
        ledger = scanned(self.client)
        expected, verifications = known(ledger, REFERENCE), {name for name in self.started if REFERENCE in name}
        if not verifications:
            raise LostError("the reference started no verification")
        for execution in executions:
            found = known(ledger, execution)
            if found != expected:
                wrong = {name for name in expected | found if expected.get(name) != found.get(name)}
                raise LostError(f"{execution}: {sorted(wrong)}")
            if not self.told[Subject(REGION, events.PIPELINE, execution).key]:
                raise LostError(f"{execution}: its card was told nothing")
            missing = {name.replace(REFERENCE, execution) for name in verifications} - self.started
            if missing:
                raise LostError(f"{execution}: not started: {sorted(missing)}")


def run(releases: int, regions: int = 2) -> list[object]:
    """A row: what so many releases with so many secondaries cost."""
    with patch.dict(os.environ, SETTINGS), mock_aws():
        account = Account()
        executions = [f"{number:08d}-0000-4000-8000-000000000000" for number in range(releases)]
        wanted = [event for execution in executions for event in release(execution, regions)]
        seconds = account.deliver(wanted, seed=releases)
        calls = account.calls.copy()
        account.compare(executions, regions)
    each = {name: round(number / releases, 1) for name, number in sorted(calls.items())}
    told = ", ".join(f"{name} {number}" for name, number in each.items())
    return [
        releases,
        regions + 1,
        len(wanted),
        f"{len(wanted) / seconds:.0f}",
        f"{sum(calls.values()) / releases:.1f}",
        told,
    ]


HEADER = ("releases", "regions", "events", "events per CPU second", "AWS calls per release", "which")


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--releases", type=int, nargs="*", default=[10, 100, 1000])
    parser.add_argument("--regions", type=int, nargs="*", default=[1, 4, 16, 33])
    asked = parser.parse_args()
    print(machine())
    print(table(HEADER, []))
    for releases, regions in [*((number, 3) for number in asked.releases), *((10, number) for number in asked.regions)]:
        print(table(map(str, run(releases, regions - 1)), []).partition("\n")[0], flush=True)


if __name__ == "__main__":
    main()
