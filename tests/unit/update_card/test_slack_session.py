"""The bot token: kept for a while, read anew when it is old and when Slack refuses it."""

from __future__ import annotations

import json
from collections.abc import Iterator

import boto3
import pytest
from moto import mock_aws

from crosscheck.cards.layout import Card
from crosscheck.cards.slack import PersonNeededError, TokenRefusedError
from crosscheck.clients import Clients
from update_card import slack_session
from update_card.slack_session import KEEP_SECONDS, SlackSession

SECRET = "crosscheck/slack"  # noqa: S105 - the name of the secret
CARD = Card("text", [], {})


class Workspace:
    """Slack, and the secret: whoever rotates the token changes both. ``sent`` are the arguments of accepted calls."""

    def __init__(self) -> None:
        self.secrets = boto3.client("secretsmanager", region_name="us-east-1")
        self.secrets.create_secret(Name=SECRET, SecretString=json.dumps({"bot_token": "first"}))
        self.accepted = "first"
        self.tokens: list[str] = []
        self.sent: list[tuple[str, ...]] = []
        self.now = 1_000.0
        self.session = SlackSession(Clients(), SECRET, "http://127.0.0.1/", lambda: self.now)

    def write(self, token: str) -> None:
        """Change the secret."""
        self.secrets.put_secret_value(SecretId=SECRET, SecretString=json.dumps({"bot_token": token}))

    def connect(self, token: str, _url: str) -> Connected:
        """slack_sdk's client with a token."""
        self.tokens.append(token)
        return Connected(self, token)


class Connected:
    """A client with a token; it refuses another one than Slack's."""

    def __init__(self, workspace: Workspace, token: str) -> None:
        self.workspace, self.token = workspace, token

    def update(self, channel: str, timestamp: str, _card: Card) -> None:
        """Take an update."""
        if self.token != self.workspace.accepted:
            raise TokenRefusedError("invalid_auth")
        self.workspace.sent.append((channel, timestamp))

    def post(self, channel: str, _card: Card) -> str:
        """Take a card."""
        self.workspace.sent.append(("post", channel))
        return "9.9"

    def reply(self, channel: str, thread: str, _card: Card) -> None:
        """Take a reply."""
        self.workspace.sent.append(("reply", channel, thread))

    def note(self, channel: str, thread: str, _card: Card) -> None:
        """Take a note."""
        self.workspace.sent.append(("note", channel, thread))


@pytest.fixture
def workspace(monkeypatch: pytest.MonkeyPatch) -> Iterator[Workspace]:
    with mock_aws():
        made = Workspace()
        monkeypatch.setattr(slack_session, "Slack", made.connect)
        yield made


def test_f52_a_token_that_slack_refuses_since_its_rotation_is_read_anew_and_the_card_is_sent(
    workspace: Workspace,
) -> None:
    workspace.session.update("C1", "1.1", CARD)
    workspace.accepted = "second"
    workspace.write("second")
    workspace.session.update("C1", "2.2", CARD)
    assert workspace.sent == [("C1", "1.1"), ("C1", "2.2")]
    assert workspace.tokens == ["first", "first", "second"]


def test_f52_a_token_is_kept_for_minutes_and_read_anew_then(workspace: Workspace) -> None:
    workspace.session.update("C1", "1.1", CARD)
    workspace.write("second")
    workspace.now += KEEP_SECONDS - 1
    workspace.session.update("C1", "1.1", CARD)
    workspace.now += 1
    workspace.accepted = "second"
    workspace.session.update("C1", "1.1", CARD)
    assert workspace.tokens == ["first", "first", "second"]
    assert KEEP_SECONDS <= 600


def test_f52_a_token_that_was_just_read_and_is_refused_is_for_a_person(workspace: Workspace) -> None:
    workspace.accepted = "another"
    with pytest.raises(TokenRefusedError):
        workspace.session.update("C1", "1.1", CARD)
    assert workspace.tokens == ["first"]


def test_every_message_goes_where_it_shall(workspace: Workspace) -> None:
    assert workspace.session.post("C1", CARD) == "9.9"
    workspace.session.update("C1", "1.1", CARD)
    workspace.session.reply("C1", "2.2", CARD)
    workspace.session.note("C1", "3.3", CARD)
    assert workspace.sent == [("post", "C1"), ("C1", "1.1"), ("reply", "C1", "2.2"), ("note", "C1", "3.3")]


def test_without_a_secret_the_parameter_is_named(workspace: Workspace) -> None:
    session = SlackSession(Clients(), "", "http://127.0.0.1/", lambda: workspace.now)
    with pytest.raises(PersonNeededError, match="set the parameter SlackSecret"):
        session.update("C1", "1.1", CARD)
