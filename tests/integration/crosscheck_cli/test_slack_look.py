"""The doctor's look at Slack, against a workspace as strict as Slack's."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.exceptions import ClientError
from moto import mock_aws

from crosscheck.clients import Clients
from crosscheck_cli.doctor.looks.slack import look_at_slack
from crosscheck_cli.doctor.rules.slack import SeenSlack
from crosscheck_cli.stack.connection import Connection
from tests.builders.stacks import deployed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.integration.conftest import SlackStand

SECRET = "crosscheck/slack"  # noqa: S105 - its name


@pytest.fixture
def secrets() -> Iterator[Any]:
    with mock_aws():
        yield boto3.client("secretsmanager", region_name="us-east-1")


def look(slack: SlackStand, **parameters: Any) -> SeenSlack:
    stack = deployed(SlackApiUrl=slack.api_url, **parameters)
    return look_at_slack(Connection(Clients(boto3.Session(region_name="us-east-1")), stack))


def store(secrets: Any, values: dict[str, str]) -> None:
    secrets.create_secret(Name=SECRET, SecretString=json.dumps(values))


def test_a_token_that_may_post_into_its_channel(slack: SlackStand, secrets: Any) -> None:
    store(secrets, {"bot_token": slack.token})
    seen = look(slack)
    assert (seen.unusable, seen.refused, seen.channel_error) == ("", "", "")
    assert (seen.member, seen.archived) == (True, False)
    assert seen.scopes is not None
    assert "chat:write" in seen.scopes


def test_what_slack_refuses_is_its_own_word(slack: SlackStand, secrets: Any) -> None:
    store(secrets, {"bot_token": "revoked"})
    assert look(slack).refused == "invalid_auth"
    secrets.put_secret_value(SecretId=SECRET, SecretString=json.dumps({"bot_token": slack.token}))
    assert look(slack, SlackChannel="C0NOTHING").channel_error == "channel_not_found"


def test_a_secret_that_cannot_be_used_is_told_without_its_values(slack: SlackStand, secrets: Any) -> None:
    assert look(slack).unusable == f"the Slack secret {SECRET} cannot be read: ResourceNotFoundException"
    store(secrets, {"bot_token": slack.token})
    assert look(slack, Approvers="U0A").unusable == f"the Slack secret {SECRET} has no signing_secret"
    assert slack.calls() == []


def test_who_may_not_read_the_secret_learns_nothing_about_it(
    slack: SlackStand, secrets: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_client: Any, operation: str, _arguments: Any) -> None:
        raise ClientError({"Error": {"Code": "AccessDeniedException", "Message": ""}}, operation)

    store(secrets, {"bot_token": slack.token})
    monkeypatch.setattr("botocore.client.BaseClient._make_api_call", refuse)
    with pytest.raises(ClientError, match="AccessDeniedException"):
        look(slack)
