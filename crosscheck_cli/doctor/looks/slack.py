"""Asking Slack about the token and the channel. The token is used and never shown."""

from dataclasses import replace
from typing import Any

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from crosscheck.aws_errors import AWS_ERRORS, denied
from crosscheck.decisions.slack_secret import SlackSecret
from crosscheck.errors import ConfigurationError
from crosscheck_cli.doctor.rules.slack import SeenSlack
from crosscheck_cli.stack.connection import Connection

TIMEOUT_SECONDS = 8


def look_at_slack(connection: Connection) -> SeenSlack:
    """The secret, then the token, then the channel, as far as each is good.

    Raises:
        OSError: Slack does not answer.
        ClientError: whoever looks may not read the secret; that says nothing about it.
    """
    parameters = connection.stack.parameters
    secret = SlackSecret(connection.clients, parameters["SlackSecret"])
    try:
        token = secret.part("bot_token")
        if connection.stack.listed("Approvers"):
            secret.part("signing_secret")
    except ConfigurationError as error:
        if isinstance(error.__cause__, AWS_ERRORS) and denied(error.__cause__):
            raise error.__cause__ from None
        return SeenSlack(unusable=str(error))
    client = WebClient(token, base_url=parameters["SlackApiUrl"], timeout=TIMEOUT_SECONDS)
    try:
        headers = {name.lower(): value for name, value in client.auth_test().headers.items()}
    except SlackApiError as error:
        return SeenSlack(refused=_word(error))
    listed = headers.get("x-oauth-scopes")
    scopes = None if listed is None else frozenset(scope.strip() for scope in str(listed).split(","))
    return _channel(client, parameters["SlackChannel"], SeenSlack(scopes=scopes))


def _channel(client: WebClient, channel: str, seen: SeenSlack) -> SeenSlack:
    try:
        found: Any = client.conversations_info(channel=channel)["channel"]
    except SlackApiError as error:
        return replace(seen, channel_error=_word(error))
    return replace(seen, member=found.get("is_member"), archived=bool(found.get("is_archived")))


def _word(error: SlackApiError) -> str:
    return str(error.response.get("error", "unknown_error"))
