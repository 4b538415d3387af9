"""The Slack workspace, with the bot token from Secrets Manager. The token is never logged and never kept for long."""

import time
from collections.abc import Callable

from crosscheck.cards.layout import Card
from crosscheck.cards.slack import PersonNeededError, Slack, TokenRefusedError
from crosscheck.clients import Clients
from crosscheck.decisions.slack_secret import SlackSecret
from crosscheck.errors import ConfigurationError

KEEP_SECONDS = 300


class SlackSession:
    """Sends cards; reads the token anew when it is old, and once more when Slack refuses it (rotation)."""

    def __init__(
        self,
        clients: Clients,
        secret: str,
        api_url: str,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._secret = SlackSecret(clients, secret, clock, keep_seconds=KEEP_SECONDS) if secret else None
        self._api_url = api_url

    def post(self, channel: str, card: Card) -> str:
        """Post a card; raises as ``Slack.post`` does, and PersonNeededError while there is no usable secret."""
        return self._with_token(lambda slack: slack.post(channel, card))

    def update(self, channel: str, timestamp: str, card: Card) -> None:
        """Update a card; raises as ``post`` does."""
        self._with_token(lambda slack: slack.update(channel, timestamp, card))

    def reply(self, channel: str, thread: str, card: Card) -> None:
        """Answer in a thread and in the channel; raises as ``post`` does."""
        self._with_token(lambda slack: slack.reply(channel, thread, card))

    def note(self, channel: str, thread: str, card: Card) -> None:
        """Answer in a thread only; raises as ``post`` does."""
        self._with_token(lambda slack: slack.note(channel, thread, card))

    def _with_token[T](self, send: Callable[[Slack], T]) -> T:
        if self._secret is None:
            raise PersonNeededError("no Slack secret: set the parameter SlackSecret")
        kept = self._secret.kept
        try:
            return send(self._slack(self._secret))
        except TokenRefusedError:
            if not kept:
                raise
            self._secret.forget()
            return send(self._slack(self._secret))

    def _slack(self, secret: SlackSecret) -> Slack:
        try:
            return Slack(secret.part("bot_token"), self._api_url)
        except ConfigurationError as error:
            raise PersonNeededError(str(error)) from error
