"""The calls to Slack's Web API, and what each of its refusals means for us."""

import re
import socket
import ssl
from http.client import HTTPException
from typing import Any
from urllib.error import URLError

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackRequestError

from crosscheck.cards.layout import Card
from crosscheck.errors import CrosscheckError, RetryLaterError

TIMEOUT_SECONDS = 8
LONGEST_WAIT = 3_600  # far below the twelve hours for which SQS hides a message, counted from its receipt
DEFAULT_WAIT = 5
OUTAGE_WAIT = 15
WAIT_FOR_PERSON = 10  # and doubled with every try
OK, TOO_MANY_REQUESTS, SERVER_ERRORS = 200, 429, 500


MESSAGE_GONE = "message_not_found"
_BLOCKS = {"invalid_blocks", "invalid_blocks_format", "msg_blocks_too_long"}
_CHANNEL = {"channel_not_found", "not_in_channel", "is_archived", "restricted_action"}
_TOKEN = {"invalid_auth", "token_expired", "token_revoked", "account_inactive", "not_authed", "missing_scope"}
_PASSING = {
    "ratelimited",
    "rate_limited",
    "internal_error",
    "fatal_error",
    "request_timeout",
    "service_unavailable",
    "team_added_to_org",
}

_WORD = re.compile(r"\w+")

# No connection, no request: name unknown, nobody listens, no trusted certificate, no usable address.
_NEVER_SENT = (socket.gaierror, ConnectionRefusedError, ssl.SSLError, SlackRequestError)


class SlackRefusedError(CrosscheckError):
    """Slack said no, and saying the same again will not help. ``error`` is Slack's own word."""

    def __init__(self, error: str) -> None:
        super().__init__(f"Slack refused: {error}")
        self.error = error


class TokenRefusedError(RetryLaterError):
    """The token is no good; perhaps a newer one is."""


class ChannelRefusedError(RetryLaterError):
    """Nothing gets through to this channel until a person mends that."""


class PerhapsSentError(RetryLaterError):
    """The answer was lost: Slack may have taken the message or not."""


class Slack:
    """A Slack workspace, as one bot token sees it."""

    def __init__(self, token: str, api_url: str) -> None:
        # The default handlers send a message twice when the connection is lost: retrying is the queue's work.
        self._client = WebClient(token=token, base_url=api_url, timeout=TIMEOUT_SECONDS, retry_handlers=[])

    def post(self, channel: str, card: Card) -> str:
        """Post a card as a new message; its timestamp, which names it from then on.

        Raises:
            RetryLaterError: Slack is busy or out of reach; PerhapsSentError where it may have the message. What a
                person has to mend for the whole channel is waited for: no card gets through, and none is lost.
            SlackRefusedError: Slack will not have it.
        """
        return str(self._send("chat.postMessage", channel, card)["ts"])

    def update(self, channel: str, timestamp: str, card: Card) -> None:
        """Replace the message's content. Raises as ``post`` does."""
        self._send("chat.update", channel, card, ts=timestamp)

    def _send(self, method: str, channel: str, card: Card, **more: str) -> Any:
        common = {"channel": channel, "text": card.text, "metadata": card.metadata, **more}
        quiet = {"unfurl_links": False, "unfurl_media": False}
        try:
            return self._call(method, {**common, **quiet, "blocks": card.blocks})
        except SlackRefusedError as refused:
            if refused.error not in _BLOCKS:
                raise
            return self._call(method, {**common, **quiet, "blocks": []})

    def _call(self, method: str, payload: dict[str, Any]) -> Any:
        try:
            return self._client.api_call(method, json=payload)
        except SlackApiError as error:
            raise _meaning(error) from error
        except UnicodeDecodeError as error:
            raise PerhapsSentError("Slack is out of reach: the answer is not UTF-8", OUTAGE_WAIT) from error
        except (URLError, HTTPException, OSError, SlackRequestError) as error:
            cause = error.reason if isinstance(error, URLError) else error
            kind = RetryLaterError if isinstance(cause, _NEVER_SENT) else PerhapsSentError
            raise kind(f"Slack is out of reach: {type(cause).__name__}", OUTAGE_WAIT) from error


def _meaning(error: SlackApiError) -> CrosscheckError:
    response = error.response
    answer = str(response.get("error", "")) if isinstance(response.data, dict) else ""
    # What is no single word is a page of somebody between us and Slack, which slack_sdk quotes.
    word = answer if _WORD.fullmatch(answer) else ""
    if response.status_code == TOO_MANY_REQUESTS or word in {"ratelimited", "rate_limited"}:
        return RetryLaterError("Slack asks to slow down", _wait(response.headers))
    if response.status_code >= SERVER_ERRORS or word in _PASSING or not word:
        return RetryLaterError(f"Slack failed with {response.status_code} {word}".rstrip(), OUTAGE_WAIT)
    if word in _TOKEN:
        return TokenRefusedError(f"Slack refuses the token: {word}", WAIT_FOR_PERSON)
    if word in _CHANNEL:
        return ChannelRefusedError(f"Slack refuses the channel: {word}", WAIT_FOR_PERSON)
    return SlackRefusedError(word)


def _wait(headers: Any) -> int:
    value = next((value for name, value in headers.items() if name.lower() == "retry-after"), "")
    text = value[0] if isinstance(value, list) else value
    return min(max(int(text), 1), LONGEST_WAIT) if str(text).isdecimal() else DEFAULT_WAIT
