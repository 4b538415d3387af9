"""The local account seen from outside: plain boto3, HTTP, and what account.json tells."""

from __future__ import annotations

import time
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

import requests

from local.cards import Card, cards, wait_for_card
from local.clients import Credentials, endpoint_variable, make_client
from local.polling import poll

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_client = cache(make_client)
QUIET = 20.0  # real seconds


@dataclass(frozen=True)
class Outside:
    """A client of the account that ``description`` describes."""

    description: Mapping[str, Any]

    def client(self, service: str, region: str | None = None) -> Any:
        """A boto3 client, made of ``env`` alone."""
        environment = self.description["env"]
        own = environment.get(endpoint_variable(service), environment["AWS_ENDPOINT_URL"])
        credentials = Credentials(environment["AWS_ACCESS_KEY_ID"], environment["AWS_SECRET_ACCESS_KEY"])
        return _client(service, region or environment["AWS_DEFAULT_REGION"], own, credentials)

    def post(self, path: str, body: Mapping[str, Any]) -> requests.Response:
        """A request to ``control``."""
        return requests.post(f"{self.description['control']}{path}", json=body, timeout=60)

    def deployments(self, region: str, outcome: str) -> None:
        """Choose how ECS deployments of a region end."""
        body = {"region": region, "provider": "ECS", "outcome": outcome}
        self.post("/deployments", body).raise_for_status()

    def events(self, **faults: Any) -> None:
        """Choose the faults of events; none heals them all."""
        self.post("/events", faults).raise_for_status()

    def cards(self, execution: str) -> list[Card]:
        """Every message about the execution."""
        return cards(self.description["slack"], execution)

    def card(self, execution: str, good: Callable[[Card], bool]) -> Card:
        """The execution's card, once its payload is good."""
        return wait_for_card(self.description["slack"], execution, good)

    def ended_card(self, execution: str, *texts: str) -> Card:
        """The execution's card, once it says that the release ended, and all of the texts.

        Events are recorded several at a time, so the pipeline's end may be known before that of a stage.
        """
        self.card(execution, lambda payload: payload["state"] in {"SUCCEEDED", "FAILED", "STOPPED"})

        def look() -> Card:
            found = self.cards(execution)[0]
            return found if all(text in words(found) for text in texts) else {}

        return wait_until(look, f"a card of {execution} with {texts}")

    def thread(self, execution: str) -> str:
        """Everything that was told in the thread of the execution's card."""
        (card,) = self.cards(execution)
        shown: dict[str, list[Card]] = requests.get(f"{self.description['slack']}/messages", timeout=60).json()
        replies = [each for messages in shown.values() for each in messages if each.get("thread_ts") == card["ts"]]
        return "\n".join(map(words, replies))

    def told(self, execution: str, *texts: str) -> str:
        """The thread of the execution's card, once all of the texts stand there."""

        def look() -> str:
            said = self.thread(execution) if len(self.cards(execution)) == 1 else ""
            return said if all(text in said for text in texts) else ""

        return wait_until(look, f"a thread of {execution} with {texts}")

    def history(self) -> list[dict[str, Any]]:
        """Every call that Slack received."""
        calls: list[dict[str, Any]] = requests.get(f"{self.description['slack']}/history", timeout=60).json()
        return calls

    def calls_about(self, execution: str) -> list[dict[str, Any]]:
        """The calls for the execution's card and its thread, once no card waits to be drawn, or QUIET seconds after the
        last of these calls: other releases of the account may be looked at, and told of, all the time."""
        made, since = 0, time.monotonic()

        def settled() -> list[dict[str, Any]]:
            nonlocal made, since
            drawn, found = self._drawn(), self._about(execution)
            if len(found) != made:
                made, since = len(found), time.monotonic()
            return found if drawn or time.monotonic() > since + QUIET else []

        return wait_until(settled, "the last call about the execution")

    def _about(self, execution: str) -> list[dict[str, Any]]:
        [card] = self.cards(execution)
        return [each for each in self.history() if card["ts"] in {each["ts"], each["payload"].get("thread_ts")}]

    def _drawn(self) -> bool:
        queue = self.client("sqs")
        [url] = [each for each in queue.list_queues()["QueueUrls"] if "CardQueue" in each]
        counts = queue.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
        return not any(int(counts[name]) for name in counts if name.startswith("ApproximateNumberOf"))


def wait_until[T](look: Callable[[], T], what: str, seconds: float = 240) -> T:
    """The first true thing that ``look`` gives.

    Raises:
        AssertionError: it gave none in time.
    """
    if found := poll(look, seconds):
        return found
    raise AssertionError(f"{what} did not happen within {seconds:g} s")


def words(card: Card) -> str:
    """Everything that stands on a card."""

    def walk(node: Any) -> list[str]:
        if isinstance(node, dict):
            return [node["text"]] if isinstance(node.get("text"), str) else [t for v in node.values() for t in walk(v)]
        return [text for part in node for text in walk(part)] if isinstance(node, list) else []

    return "\n".join(walk(card["blocks"]))
