"""How many calls a release costs, and what becomes of bursts and outages, in simulated time."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, cast

import pytest
from slack_sdk import WebClient

from crosscheck.ledger.card_queue import CardQueue
from crosscheck.ledger.pipeline_channels import PipelineChannels
from crosscheck.ledger.table import Ledger
from crosscheck.pipelines.parameters import Tags
from tests.builders import events, lambdas, tables
from tests.builders.changes import parse
from tests.fakes.fifo_queue import FakeFifoQueue, SimulatedClock
from tests.fakes.slow_slack import Session, SlowSlack
from tests.template.expanded import resources
from update_card import handler as module
from update_card.card_channels import CardChannels
from update_card.loader import CardLoader
from update_card.moment_teller import MomentTeller
from update_card.pipeline_lookup import PipelineLookup
from update_card.posted_messages import PostedMessages
from update_card.publisher import CardPublisher
from update_card.told_moments import ToldMoments

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext
    from mypy_boto3_dynamodb import DynamoDBClient

CHANNEL = "C0RELEASES"
BEGAN = events.BEGAN.timestamp()


class Delivery:
    """The stack's way from a fact to Slack, with the settings of the template."""

    def __init__(self, table: DynamoDBClient, name: str = tables.NAME) -> None:
        self.clock = SimulatedClock(BEGAN)
        queue = resources("AWS::SQS::Queue")["CardQueue"]
        self.queue = FakeFifoQueue(
            self.clock,
            delay=queue["DelaySeconds"],
            visibility=queue["VisibilityTimeout"],
            most_receives=queue["RedrivePolicy"]["maxReceiveCount"],
        )
        self.slack = SlowSlack(self.clock)
        self.ledger = Ledger(table, name, 90)
        channels = PipelineChannels(table, name, 90)
        self.cards = CardQueue(cast("Any", self.queue), "cards", CHANNEL, channels)
        lookup = PipelineLookup(cast("Any", None), self.ledger)
        workspace, in_use = cast("Any", Session()), CardChannels(lookup, channels, CHANNEL)
        self.publisher = CardPublisher(
            drawing=CardLoader(self.ledger, lookup),
            messages=PostedMessages(table, name, 90, self.clock),
            workspace=workspace,
            channels=in_use,
            teller=MomentTeller(ToldMoments(table, name, 90), workspace, lookup, in_use, "U0ONCALL"),
        )

    def play(self, happened: list[events.Event]) -> None:
        """Let the events come when they happen, and what follows from them, until the queue is empty."""
        coming = sorted(happened, key=_at)
        while coming or self.queue.next_visible < math.inf:
            if coming and _at(coming[0]) <= self.queue.next_visible:
                event = coming.pop(0)
                self.clock.pass_until(_at(event))
                change = parse(event)
                self.ledger.merge(change.subject, change.fact)
                self.cards.changed(change.subject, change.event_id)
            else:
                self.clock.pass_until(self.queue.next_visible)
                self.queue.deliver(lambda batch: module.handler(batch, cast("LambdaContext", lambdas.Context())))

    def wire(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Let the function have this stack's queue, and this Slack."""

        queue = self.queue

        class Sqs:
            def client(self, _service: str) -> FakeFifoQueue:
                return queue

        def api_call(client: WebClient, method: str, **request: Any) -> dict[str, Any]:
            return self.slack.api_call(client, method, **request)

        monkeypatch.setenv("CARD_QUEUE_URL", "cards")
        monkeypatch.setattr(module, "_showing", lambda: self.publisher)
        monkeypatch.setattr(module, "_clients", Sqs)
        monkeypatch.setattr(PipelineLookup, "tags", lambda *_: Tags())
        monkeypatch.setattr(PipelineLookup, "complete", lambda *_: False)
        monkeypatch.setattr(WebClient, "api_call", api_call)

    @property
    def calls(self) -> int:
        """How often Slack was called, whatever it answered."""
        return len(self.slack.accepted) + self.slack.refused


def _at(event: events.Event) -> float:
    return parse(event).fact.order.time


@pytest.fixture
def delivery(ledger_table: DynamoDBClient, monkeypatch: pytest.MonkeyPatch) -> Delivery:
    made = Delivery(ledger_table)
    made.wire(monkeypatch)
    return made


STAGES = {
    "Source": ("Code", "Charts"),
    "Build": ("Image", "Page"),
    "Deploy": ("One", "Two"),
    "Prove": ("Gate", "Smoke"),
}
KINDS = {"Source": "Source", "Build": "Build", "Deploy": "Deploy", "Prove": "Test"}


def release_of_26_events(seconds: dict[str, tuple[int, int, int]]) -> list[events.Event]:
    """4 stages of 2 actions each; of each stage when it begins, and when its actions end."""
    happened = [events.pipeline("STARTED", 0)]
    for stage, actions in STAGES.items():
        began, *ends = seconds[stage]
        happened.append(events.stage(stage, "STARTED", began))
        for name, end, region in zip(actions, ends, ("us-east-1", "eu-west-1"), strict=True):
            given: dict[str, Any] = {"category": KINDS[stage], "region": region}
            happened.append(events.action(stage, name, "STARTED", began, **given))
            happened.append(events.action(stage, name, "SUCCEEDED", end, **given))
        happened.append(events.stage(stage, "SUCCEEDED", max(ends)))
    happened.append(events.pipeline("SUCCEEDED", max(seconds["Prove"])))
    assert len(happened) == 26
    return happened


def test_a_release_of_26_events_at_real_spacing_takes_8_calls_at_most(delivery: Delivery) -> None:
    spacing = {"Source": (0, 3, 4), "Build": (5, 95, 130), "Deploy": (131, 310, 402), "Prove": (403, 440, 470)}
    delivery.play(release_of_26_events(spacing))
    assert delivery.calls <= 8
    [card] = delivery.slack.cards
    assert card["state"] == "SUCCEEDED"


def test_a_release_of_26_events_in_a_burst_takes_3_calls_at_most(delivery: Delivery) -> None:
    burst = dict.fromkeys(STAGES, (0, 1, 1))
    delivery.play(release_of_26_events(burst))
    assert delivery.calls <= 3
    [card] = delivery.slack.cards
    assert card["state"] == "SUCCEEDED"


def burst(releases: int) -> list[events.Event]:
    """Releases of twenty pipelines that all begin within two seconds; every tenth one fails in one region."""
    happened = []
    for number in range(releases):
        began, failed = number % 3, number % 10 == 0
        named = {"pipeline": f"shop-{number % 20}", "execution-id": f"00000000-0000-4000-8000-{number:012d}"}
        ended = "FAILED" if failed else "SUCCEEDED"
        happened += [
            events.pipeline("STARTED", began, **named),
            events.action("Deploy", "One", ended, began + 20, more=named),
            events.pipeline(ended, began + 20, **named),
        ]
    return happened


def test_a_burst_of_200_releases_ends_with_every_card_right_and_none_lost(delivery: Delivery) -> None:
    delivery.play(burst(200))
    shown = {card["execution"][-12:]: card["state"] for card in delivery.slack.cards}
    assert shown == {f"{number:012d}": "SUCCEEDED" if number % 10 else "FAILED" for number in range(200)}
    assert len(delivery.slack.cards) == 200
    assert len(delivery.slack.replies) == 20
    assert delivery.queue.dead == []
    # Hardly a card was drawn in vain: those that waited for their turn show the end at once.
    assert len(delivery.slack.accepted) <= 200 + 20 + 30
    assert delivery.clock() - BEGAN < 600


def test_f38_after_an_hour_without_slack_everything_arrives_and_only_the_newest_state(delivery: Delivery) -> None:
    delivery.slack.down = lambda now: now < BEGAN + 3_600
    delivery.play(burst(30))
    assert len(delivery.slack.cards) == 30
    assert {card["state"] for card in delivery.slack.cards} == {"SUCCEEDED", "FAILED"}
    assert delivery.slack.accepted == ["chat.postMessage"] * (30 + len(delivery.slack.replies))
    assert len(delivery.slack.replies) == 3
    assert delivery.queue.dead == []
    assert delivery.clock() - BEGAN < 3_600 + 900
