from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import boto3
import pytest

from apply_decision.decide import DecisionMaker
from apply_decision.people import People
from apply_decision.pipeline_actions import PipelineActions
from apply_decision.rollback_requests import RollbackRequests
from crosscheck.decisions.approvers import parse_approvers
from crosscheck.decisions.click import Click
from crosscheck.decisions.slack_secret import SlackSecret
from crosscheck.ledger.decision_facts import DecisionKind
from crosscheck.ledger.known_facts import KnownFacts
from crosscheck.ledger.subjects import card_key
from crosscheck.ledger.table import Ledger, item_key
from crosscheck.releases.fold import fold
from crosscheck.releases.offers import offers_of
from local.server import Server
from local.slack import SlackWorkspace
from tests.builders import events, tables
from tests.builders.changes import parse
from tests.builders.interactions import ANSWER_TO, CHANNEL, TEAM, USER
from tests.builders.releases import SUBJECT
from tests.fakes.cards import Cards
from tests.fakes.codepipeline_decisions import FakeDecisions
from tests.fakes.json_protocol import SESSION, FakeClients

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from mypy_boto3_dynamodb import DynamoDBClient

    from crosscheck.decisions.request import DecisionRequest
    from crosscheck.ledger.table import Fact

SECRET, TOKEN = "crosscheck/slack", "local-bot"
GROUP, MEMBER, STRANGER = "S0ONCALL", "U0ONCALL", "U0STRANGER"
NOW = events.BEGAN.timestamp() + 3_600


@dataclass
class Machine:
    """The state machine: a name can be used once."""

    started: dict[str, dict[str, str]] = field(default_factory=dict)
    exceptions: Any = field(default_factory=lambda: SESSION.client("stepfunctions", region_name="us-east-1").exceptions)

    def start_execution(self, *, stateMachineArn: str, name: str, input: str) -> None:  # noqa: A002, N803 - boto3's
        assert len(name) <= 80
        if name in self.started:
            raise self.exceptions.ExecutionAlreadyExists({}, "StartExecution")
        self.started[name] = json.loads(input)


@dataclass
class World:
    """A release with its card, the people of the workspace, and CodePipeline."""

    ledger: Ledger
    maker: DecisionMaker
    codepipeline: FakeDecisions
    machine: Machine
    cards: Cards
    workspace: SlackWorkspace
    told: list[str]
    now: float = NOW

    def happen(self, *happened: events.Event) -> None:
        for event in happened:
            change = parse(event)
            self.ledger.merge(change.subject, change.fact)

    def know(self, *facts: Fact) -> None:
        for fact in facts:
            self.ledger.merge(SUBJECT, fact)

    @property
    def known(self) -> KnownFacts:
        return KnownFacts(self.ledger.read(SUBJECT))

    def offered(self, kind: DecisionKind) -> list[DecisionRequest]:
        """What the card offers now."""
        known = self.known
        offers = offers_of(fold(SUBJECT, known), known, may_roll_back=True)
        return [offer.request for offer in offers if offer.request.kind is kind]

    def click(self, request: DecisionRequest, user: str = USER, **changed: Any) -> Click:
        self.now += 1
        return replace(Click(request, user, TEAM, CHANNEL, self.now, ANSWER_TO), **changed)

    def decide(self, request: DecisionRequest, user: str = USER, **changed: Any) -> Click:
        click = self.click(request, user, **changed)
        self.maker.decide(click)
        return click

    def outcomes(self) -> list[tuple[str, str, str]]:
        return [(str(each.kind), each.state.value, each.by) for each in self.known.decisions]


@pytest.fixture
def world(ledger_table: DynamoDBClient) -> Iterator[World]:
    codepipeline = FakeDecisions()
    clients = FakeClients({("codepipeline", None): codepipeline})
    boto3.client("secretsmanager", region_name="us-east-1").create_secret(
        Name=SECRET, SecretString=json.dumps({"bot_token": TOKEN})
    )
    workspace = SlackWorkspace(TOKEN, {CHANNEL: "releases"}, groups={GROUP: (MEMBER,)})
    server = Server(workspace.app, "slack", threads=2)
    ledger, cards, machine, told = Ledger(ledger_table, tables.NAME, 90), Cards(), Machine(), list[str]()
    made: World
    maker = DecisionMaker(
        ledger,
        cards,
        People(SlackSecret(clients, SECRET), f"{server.url}/api/", parse_approvers(f"{USER},{GROUP}"), lambda: 0.0),
        PipelineActions(clients),
        RollbackRequests(machine, "arn"),  # type: ignore[arg-type]  # as much of the client as is called
        lambda _url, text: told.append(text),
        lambda: made.now,
    )
    made = World(ledger, maker, codepipeline, machine, cards, workspace, told)
    ledger_table.put_item(
        TableName=tables.NAME, Item={**item_key(card_key(SUBJECT), "card"), "channel": {"S": CHANNEL}}
    )
    yield made
    server.close()


def asks(second: int, more: Mapping[str, Any] | None = None) -> events.Event:
    """The approval begins to wait."""
    return events.action("Release", "Go", "STARTED", second, category="Approval", provider="Manual", more=more)


@pytest.fixture
def asked(world: World) -> DecisionRequest:
    """A release that waits for an approval; what the card offers for it."""
    world.happen(
        events.pipeline("STARTED"),
        events.stage("Release", "STARTED", 1),
        asks(2),
    )
    (request,) = world.offered(DecisionKind.APPROVE)
    return request


@pytest.fixture
def failed(world: World) -> World:
    """A release whose stage failed in a region that was left as it is."""
    world.happen(
        events.pipeline("STARTED"),
        events.stage("Deploy", "STARTED", 1),
        events.action("Deploy", "web", "STARTED", 2, region="eu-west-1"),
        events.action("Deploy", "web", "FAILED", 3, region="eu-west-1"),
        events.stage("Deploy", "FAILED", 4),
        events.pipeline("FAILED", 5),
    )
    return world
