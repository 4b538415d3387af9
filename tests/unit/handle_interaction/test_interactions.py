"""Requests to the Function URL: what Slack signed is handed on, everything else gets 401 and nothing happens."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import boto3
import pytest

from crosscheck.clients import Clients
from crosscheck.contracts.verdicts import Finding, Verdict, judge
from crosscheck.decisions.approvers import parse_approvers
from crosscheck.decisions.request import DecisionRequest
from crosscheck.decisions.slack_secret import SlackSecret
from crosscheck.ledger.decision_facts import DecisionKind, check_id
from crosscheck.ledger.table import Ledger
from crosscheck.ledger.verdict_facts import JudgeVerdict
from handle_interaction.interactions import BODY_LIMIT, Interactions
from local.server import Server
from local.slack import SlackWorkspace
from tests.builders import tables
from tests.builders.interactions import ANSWER_TO, CHANNEL, NOW, SIGNS, TEAM, USER, event, form, pressed, submitted
from tests.builders.releases import SUBJECT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mypy_boto3_dynamodb import DynamoDBClient

    from crosscheck.decisions.click import Click

SECRET, TOKEN = "crosscheck/slack", "local-bot"
APPROVE = DecisionRequest(DecisionKind.APPROVE, SUBJECT, "Release", "Go", 1)
REJECT = replace(APPROVE, kind=DecisionKind.REJECT)
SKIP = DecisionRequest(DecisionKind.SKIP, SUBJECT, attempt=1)


@dataclass
class World:
    """The function with its secret, its ledger and a Slack that opens dialogs."""

    interactions: Interactions
    workspace: SlackWorkspace
    ledger: Ledger
    sent: list[Click] = field(default_factory=list)

    def send(self, click: Click) -> None:
        self.sent.append(click)

    def status(self, request: Any) -> int:
        return int(self.interactions.answer(request)["statusCode"])

    def dialogs(self) -> list[dict[str, Any]]:
        return list(self.workspace.app.test_client().get("/views").json or [])


@pytest.fixture
def world(ledger_table: DynamoDBClient) -> Iterator[World]:
    clients = Clients()
    boto3.client("secretsmanager", region_name="us-east-1").create_secret(
        Name=SECRET, SecretString=json.dumps({"bot_token": TOKEN, "signing_secret": SIGNS})
    )
    workspace = SlackWorkspace(TOKEN, {CHANNEL: "releases"}, clock=lambda: NOW)
    server = Server(workspace.app, "slack", threads=2)
    ledger = Ledger(ledger_table, tables.NAME, 90)
    made: World
    interactions = Interactions(
        SlackSecret(clients, SECRET),
        type("Queue", (), {"send": lambda _self, click: made.send(click)})(),
        ledger,
        parse_approvers(USER),
        f"{server.url}/api/",
        "",
        lambda: NOW,
    )
    made = World(interactions, workspace, ledger)
    yield made
    server.close()


def test_a_click_is_handed_on_with_who_and_where(world: World) -> None:
    assert world.status(event(form(pressed(APPROVE)))) == 200
    (click,) = world.sent
    assert (click.request, click.user, click.team, click.channel) == (APPROVE, USER, TEAM, CHANNEL)
    assert (click.at, click.response_url, click.reason) == (NOW, ANSWER_TO, "")


@pytest.mark.parametrize("seconds", [-300, 300])
def test_the_window_is_five_minutes(world: World, seconds: int) -> None:
    beyond = seconds + (1 if seconds > 0 else -1)
    assert world.status(event(form(pressed(APPROVE)), at=NOW + seconds)) == 200
    assert world.status(event(form(pressed(APPROVE)), at=NOW + beyond)) == 401
    assert len(world.sent) == 1


@pytest.mark.parametrize(
    "headers",
    [
        {"x-slack-signature": ""},
        {"x-slack-signature": "v0=" + "0" * 64},
        {"x-slack-signature": "v0=é\ud800"},
        {"x-slack-request-timestamp": ""},
        {"x-slack-request-timestamp": "soon"},
        {"x-slack-request-timestamp": "١٨٠٠٠٠٠٠٠٠"},
        {"x-slack-request-timestamp": "9" * 5_000},
    ],
)
def test_f43_what_slack_has_not_signed_is_refused(world: World, headers: dict[str, str]) -> None:
    assert world.status(event(form(pressed(APPROVE)), headers)) == 401
    assert world.sent == []


def test_f43_the_signature_is_of_the_very_bytes(world: World) -> None:
    signed = event(form(pressed(APPROVE)))
    other = event(form(pressed(APPROVE)) + b"&")
    assert world.status({**signed, "body": other["body"]}) == 401
    assert world.status(event(b"payload=\xff\xfe")) == 401
    assert world.status(event(form(pressed(APPROVE)), secret="another")) == 401  # noqa: S106 - opens nothing
    assert world.sent == []


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"payload=",
        b"payload={}",
        b"payload=[]&payload=[]",
        form("null"),
        form({"type": "block_actions"}),
        form({**pressed(APPROVE), "actions": []}),
        form(pressed(APPROVE, user={"id": "<!channel>", "team_id": TEAM})),
        form(pressed(APPROVE, user=None)),
        form({"type": "view_submission", "view": {"callback_id": "crosscheck_reason", "private_metadata": "{}"}}),
        form({**pressed(APPROVE), "actions": [{"block_id": "crosscheck_decisions", "value": '["approve"]'}]}),
        form("[" * 10_000),
        form(pressed(APPROVE) | {"padding": "x" * BODY_LIMIT}),
    ],
)
def test_what_slack_would_never_send_is_refused_though_it_is_signed(world: World, body: bytes) -> None:
    assert world.status(event(body)) == 401
    assert world.sent == []


@pytest.mark.parametrize(
    "request_", [{}, {"body": None}, {"body": 5, "headers": []}, {"body": "!", "isBase64Encoded": True}]
)
def test_a_request_that_is_none_is_refused(world: World, request_: dict[str, Any]) -> None:
    assert world.status(request_) == 401


@pytest.mark.parametrize(
    "payload",
    [
        {"type": "view_closed"},
        {"type": "view_submission", "view": {"callback_id": "somebody_elses"}},
        pressed(APPROVE, actions=[{"block_id": "review", "type": "button", "url": "https://example.com/"}]),
    ],
)
def test_what_concerns_nobody_is_taken_and_left(world: World, payload: dict[str, Any]) -> None:
    assert world.status(event(form(payload))) == 200
    assert world.sent == []


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.example/actions/1",
        "http://hooks.slack.com/actions/1",
        "https://hooks.slack.com.evil.example/1",
        "https://hooks.slack.com@evil.example/1",
        "https://hooks.slack.com:8443/1",
        "https://user@hooks.slack.com/1",
        "//hooks.slack.com/1",
        "https://hooks.slack.com\\@evil.example/",
        "http://127.0.0.1:9001/2018-06-01/runtime/invocation/next",
        "file:///etc/passwd",
    ],
)
def test_f48_an_answer_to_a_foreign_host_is_refused(world: World, url: str) -> None:
    assert world.status(event(form(pressed(APPROVE, response_url=url)))) == 401
    assert world.sent == []


def test_f48_the_local_accounts_own_host_is_accepted_where_it_is_set(world: World) -> None:
    url = "http://127.0.0.1:8080/actions/1"
    local = replace(world.interactions, local_host="127.0.0.1:8080")
    assert local.answer(event(form(pressed(APPROVE, response_url=url))))["statusCode"] == 200
    assert local.answer(event(form(pressed(APPROVE, response_url=url.replace("8080", "8081")))))["statusCode"] == 401


def test_a_rejection_asks_why_and_is_handed_on_with_the_reason(world: World) -> None:
    trigger = world.workspace.trigger(USER)
    assert world.status(event(form(pressed(REJECT, trigger_id=trigger)))) == 200
    assert world.sent == []
    (view,) = world.dialogs()
    assert (view["user"], view["title"]["text"]) == (USER, "Reject")
    assert world.status(event(form(submitted(view["private_metadata"], "the\nnumbers are wrong")))) == 200
    (click,) = world.sent
    assert (click.request, click.reason, click.response_url) == (REJECT, "the numbers are wrong", ANSWER_TO)


def test_a_dialog_that_is_not_opened_shows_the_person_that_the_click_failed(world: World) -> None:
    assert world.status(event(form(pressed(REJECT, trigger_id="1.2.unknown")))) == 502
    assert world.sent == []


def test_f46_a_stranger_is_not_asked_why(world: World) -> None:
    stranger = pressed(REJECT, user={"id": "U0STRANGER", "team_id": TEAM})
    assert world.status(event(form(stranger))) == 200
    assert [click.user for click in world.sent] == ["U0STRANGER"]  # apply_decision refuses and audits it
    assert world.dialogs() == []


def test_a_check_to_skip_is_chosen_among_those_that_are_open(world: World) -> None:
    findings = [Finding("http", "page", Verdict.PENDING, "503"), Finding("alarms", "a", Verdict.PASS, "quiet")]
    said = JudgeVerdict("Deploy", judge("eu-west-1", findings), NOW - 5, final=False)
    world.ledger.merge(SUBJECT, said.to_fact(NOW - 60))
    trigger = world.workspace.trigger(USER)
    assert world.status(event(form(pressed(SKIP, trigger_id=trigger)))) == 200
    (view,) = world.dialogs()
    options = view["blocks"][1]["element"]["options"]
    name = check_id("Deploy", "eu-west-1", "http", "page")
    assert [(each["text"]["text"], each["value"]) for each in options] == [("eu-west-1 · http page", name)]
    assert world.status(event(form(submitted(view["private_metadata"], "known", name)))) == 200
    assert [(click.request.place, click.reason) for click in world.sent] == [(name, "known")]


def test_where_no_check_is_open_whoever_acts_says_so(world: World) -> None:
    assert world.status(event(form(pressed(SKIP)))) == 200
    assert [click.request for click in world.sent] == [SKIP]
