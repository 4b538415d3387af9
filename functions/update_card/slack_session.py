"""The Slack workspace, with the bot token from Secrets Manager. The token is never logged and never kept for long."""

import time
from collections.abc import Callable

from crosscheck.aws_errors import AWS_ERRORS, code
from crosscheck.cards.layout import Card
from crosscheck.cards.slack import PersonNeededError, Slack, TokenRefusedError
from crosscheck.clients import Clients
from crosscheck.decisions.slack_secret import MALFORMED, WELL_FORMED
from crosscheck.size_limits import parse_json

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
        self._client = clients.client("secretsmanager")
        self._secret = secret
        self._api_url = api_url
        self._clock = clock
        self._slack: Slack | None = None
        self._read_at = 0.0

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
        kept = self._slack if self._clock() - self._read_at <= KEEP_SECONDS else None
        try:
            return send(kept or self._connect())
        except TokenRefusedError:
            if kept is None:
                raise
            return send(self._connect())

    def _connect(self) -> Slack:
        self._slack = Slack(self._token(), self._api_url)
        self._read_at = self._clock()
        return self._slack

    def _token(self) -> str:
        if not self._secret:
            raise PersonNeededError("no Slack secret: set the parameter SlackSecret")
        try:
            text = self._client.get_secret_value(SecretId=self._secret).get("SecretString", "")
        except AWS_ERRORS as error:
            reason = f"the Slack secret {self._secret} cannot be read: {code(error)}"
            raise PersonNeededError(reason) from error
        return _bot_token(text, self._secret)


def _bot_token(text: str, secret: str) -> str:
    try:
        token = parse_json(text)["bot_token"]
    except (ValueError, KeyError, TypeError) as error:
        raise PersonNeededError(f"the Slack secret {secret} is no JSON with a bot_token") from error
    if not isinstance(token, str) or not token:
        raise PersonNeededError(f"the bot_token of the Slack secret {secret} is empty or no text")
    if not WELL_FORMED.fullmatch(token):
        raise PersonNeededError(f"the bot_token of the Slack secret {secret} {MALFORMED}")
    return token
