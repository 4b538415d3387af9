"""A burst of events of many releases through the deployed stack in a local account.

    python -m bench.load_account [--releases 100]

Every event is shuffled among all others, a tenth of them comes twice. They take the real way: EventBridge, the queue,
the functions under Lambda's own runtime client, the table, the state machine, Slack's Web API. What the ledger knows in
the end is compared, fact by fact, with what the events say; each release must have one card, which says how it ended;
nothing may be among the dead letters. A difference is an error.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path
from typing import Any

import requests

from bench.load_releases import REGION, TWICE, LostError, release
from bench.timing import BUILT, machine, table
from crosscheck.events.changes import parse
from crosscheck.ledger.subjects import Subject
from crosscheck.ledger.table import Fact, Ledger
from local.account import HOME_REGION, Account
from local.emulator.service_events import service_event_putter
from local.polling import poll
from tests.builders import events

PUTTERS = 8
MINUTES = 45
WAITING = ("ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible", "ApproximateNumberOfMessagesDelayed")
TICKS = os.sysconf("SC_CLK_TCK")

type Known = dict[str, tuple[Mapping[str, Any], Mapping[str, Any]]]


def known_from(wanted: Iterable[events.Event]) -> Known:
    """What a ledger must know once these events have come, in whatever order: ``{fact: (latest, once)}``."""
    found: dict[str, tuple[Fact, dict[str, Any]]] = {}
    for event in wanted:
        change = parse(event)
        if change is None:
            raise LostError(f"an event means nothing: {event['detail-type']}")
        fact = change.fact
        before, once = found.get(fact.name, (fact, {}))
        found[fact.name] = (max(before, fact, key=lambda each: each.order.key), {**once, **fact.once})
    return {name: (_as_kept(fact.latest), _as_kept(once)) for name, (fact, once) in found.items()}


def _as_kept(values: Mapping[str, Any]) -> dict[str, Any]:
    kept: dict[str, Any] = json.loads(json.dumps(values))
    return kept


def difference(expected: Known, found: Known) -> list[str]:
    """The facts that are not as expected. The verifications add others, which no event says."""
    return sorted(name for name in expected if found.get(name) != expected[name])


class Burst:
    """The events of so many releases, and what becomes of them in the account."""

    def __init__(self, account: Account, releases: int) -> None:
        self._account = account
        self._put = service_event_putter(account.aws, account.emulator.service_token)
        executions = [f"{number:08d}-0000-4000-8000-000000000000" for number in range(releases)]
        self.releases = {execution: release(execution) for execution in executions}

    def send(self) -> int:
        """Put all events, shuffled, some twice; how many that were."""
        chance = random.Random(len(self.releases))  # noqa: S311 - no secret
        wanted = [event for each in self.releases.values() for event in each]
        sent = wanted + chance.sample(wanted, round(TWICE * len(wanted)))
        chance.shuffle(sent)
        with ThreadPoolExecutor(PUTTERS) as pool:
            list(pool.map(self._send, sent))
        return len(sent)

    def _send(self, event: events.Event) -> None:
        entry = {
            "Time": datetime.fromisoformat(event["time"]),
            "Source": event["source"],
            "DetailType": event["detail-type"],
            "Resources": event["resources"],
            "Detail": json.dumps(event["detail"]),
        }
        self._put(REGION, entry)

    def wait_until_recorded(self) -> None:
        """Wait until no event waits any more.

        Raises:
            LostError: some wait for too long.
        """
        self._wait("events are left", lambda: not self.waiting("EventsQueue"))

    def wait_until_told(self) -> None:
        """Wait until nothing is verified any more and no card waits to be drawn.

        Raises:
            LostError: that takes too long.
        """
        client = self._account.aws.client("stepfunctions", HOME_REGION)
        machine_arn = self._account.outputs["VerifyStateMachineArn"]

        def idle() -> bool:
            running = client.list_executions(stateMachineArn=machine_arn, statusFilter="RUNNING")["executions"]
            return not running and not self.waiting("EventsQueue") and not self.waiting("CardQueue")

        self._wait("cards are left", idle)

    @staticmethod
    def _wait(left: str, over: Callable[[], bool]) -> None:
        if not poll(over, MINUTES * 60):
            raise LostError(f"after {MINUTES} minutes {left}")

    def waiting(self, name: str) -> int:
        """How many messages are in the queues whose names have this in them."""
        client = self._account.aws.client("sqs", HOME_REGION)
        urls = [url for url in client.list_queues()["QueueUrls"] if name in url]
        if not urls:
            raise LookupError(f"no queue has {name} in its name")
        found = [client.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"] for url in urls]
        return sum(int(each[attribute]) for each in found for attribute in WAITING)

    def compare(self) -> None:
        """Compare ledger, cards and dead letters with what the events say.

        Raises:
            LostError: something was lost, or is wrong.
        """
        client = self._account.aws.client("dynamodb", HOME_REGION)
        ledger = Ledger(client, self._account.outputs["LedgerTableName"], 90)
        shown = Counter(self._shown())
        for execution, wanted in self.releases.items():
            records = ledger.read(Subject(REGION, events.PIPELINE, execution))
            found = {name: (record.latest, record.once) for name, record in records.items()}
            if wrong := difference(known_from(wanted), found):
                raise LostError(f"{execution}: {wrong}")
            cards = {state: number for (of, state), number in shown.items() if of == execution}
            if cards != {"SUCCEEDED": 1}:
                raise LostError(f"{execution}: the cards are {cards}")
        if dead := self.waiting("DeadLetters"):
            raise LostError(f"{dead} dead letters")

    def _shown(self) -> Iterator[tuple[str, str]]:
        """Execution and state of every card."""
        channels = requests.get(f"{self._account.slack_url}/messages", timeout=60).json()
        for message in (each for messages in channels.values() for each in messages):
            payload = (message.get("metadata") or {}).get("event_payload", {})
            if "execution" in payload:
                yield payload["execution"], payload["state"]

    def slack_calls(self) -> int:
        """How often Slack was called so far."""
        return len(requests.get(f"{self._account.slack_url}/history", timeout=60).json())


def cpu_seconds(emulator: int) -> tuple[float, float]:
    """CPU seconds of the emulator and of the functions' processes, those among them that ended."""
    own, functions = 0.0, 0.0
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = path.read_text().rpartition(")")[2].split()
        except OSError:  # it has just ended
            continue
        user, system, ended_user, ended_system = (int(each) / TICKS for each in fields[11:15])
        if int(path.parent.name) == emulator:
            own, functions = own + user + system, functions + ended_user + ended_system
        elif int(fields[1]) == emulator:
            functions += user + system
    return own, functions


def run(account: Account, releases: int) -> list[object]:
    """A row: what became of the burst of so many releases."""
    burst = Burst(account, releases)
    slack, before, began = burst.slack_calls(), cpu_seconds(account.emulator.pid), time.monotonic()
    sent = burst.send()
    burst.wait_until_recorded()
    recorded = time.monotonic() - began
    burst.wait_until_told()
    told, after = time.monotonic() - began, cpu_seconds(account.emulator.pid)
    burst.compare()
    emulator, functions = (after[number] - before[number] for number in range(2))
    calls = (burst.slack_calls() - slack) / releases
    rate = sent / recorded
    return [
        releases,
        sent,
        f"{recorded:.0f}",
        f"{rate:.1f}",
        f"{told:.0f}",
        f"{calls:.1f}",
        f"{functions:.0f}",
        f"{emulator:.0f}",
    ]


HEADER = (
    "releases",
    "events delivered",
    "recorded after, s",
    "events per second",
    "cards right after, s",
    "Slack calls per release",
    "CPU of the functions, s",
    "CPU of the emulator, s",
)


def main() -> None:
    """Deploy, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--releases", type=int, default=100)
    asked = parser.parse_args()
    print(machine(), flush=True)
    with Account(BUILT / "load") as account:
        account.deploy()
        print(table(HEADER, [run(account, asked.releases)]))


if __name__ == "__main__":
    main()
