"""The calls to Slack's Web API, and how each of its answers is raised."""

import io
import re
import socket
import ssl
import time
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from typing import Any
from urllib.error import URLError
from urllib.request import BaseHandler, HTTPHandler, HTTPRedirectHandler, HTTPSHandler, Request, build_opener

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackRequestError

from crosscheck.cards.layout import Card
from crosscheck.cards.slack_answers import Remedy, remedy_of
from crosscheck.errors import CrosscheckError, RetryLaterError
from crosscheck.size_limits import CountedStream, OverLimitError, Readable
from crosscheck.web_trust import web_trust

TIMEOUT_SECONDS = 8
# Slack answers with the message that it took, of some 20 KB.
ANSWER_LIMIT = 1024 * 1024
ANSWER_SECONDS = 20
LONGEST_WAIT = 3_600  # far below the twelve hours for which SQS hides a message, counted from its receipt
DEFAULT_WAIT = 5
OUTAGE_WAIT = 15
WAIT_FOR_PERSON = 10  # and doubled with every try
OK, TOO_MANY_REQUESTS, SERVER_ERRORS = 200, 429, 500
# Slack's own words: some aspect of the operation may have succeeded before the error was raised.
_PERHAPS_DONE = {"fatal_error", "internal_error"}
# Slack makes neither previews nor, of plain text, links and mentions.
_QUIET = {"unfurl_links": False, "unfurl_media": False, "parse": "none", "link_names": False}
_WORD = re.compile(r"\w+")
_SLOW_DOWN = "Slack asks to slow down"
_SECONDS = re.compile(r"\d{1,18}")  # int() refuses thousands of digits
_TIMESTAMP = re.compile(r"[0-9]{1,18}\.[0-9]{1,18}")

# No connection, no request: name unknown, nobody listens, no trusted certificate, no usable address.
_NEVER_SENT = (socket.gaierror, ConnectionRefusedError, ssl.SSLError, SlackRequestError)


class SlackRefusedError(CrosscheckError):
    """Slack said no, and saying the same again will not help. ``error`` is Slack's own word."""

    def __init__(self, error: str) -> None:
        self.error, self.remedy = error, remedy_of(error)
        super().__init__(f"Slack refused: {error}")


class PersonNeededError(RetryLaterError):
    """No card gets through until a person mends something; the text says what."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason, WAIT_FOR_PERSON)


class TokenRefusedError(PersonNeededError):
    """The token is no good; perhaps a newer one is."""


class ChannelRefusedError(PersonNeededError):
    """Nothing gets through to this channel."""


class PerhapsSentError(RetryLaterError):
    """The answer was lost: Slack may have taken the message or not."""


class SlowDownError(RetryLaterError):
    """Slack says for how long it takes nothing more in this channel, and takes the next call after that."""


class BoundedStream(CountedStream):
    """An answer of up to ANSWER_LIMIT bytes, which come within ANSWER_SECONDS; each read has a timeout besides."""

    def __init__(self, stream: Readable) -> None:
        super().__init__(stream, ANSWER_LIMIT)
        self._until = time.monotonic() + ANSWER_SECONDS

    def readinto(self, buffer: Any, /) -> int | None:
        """As the stream's own, while there is time.

        Raises:
            TimeoutError: a byte now and then would keep the function until it is killed.
        """
        if time.monotonic() > self._until:
            raise TimeoutError
        return super().readinto(buffer)


class BoundedAnswer(HTTPResponse):
    """An answer that is bounded from its first byte: of its headers and of interim answers there may be no end."""

    def __init__(self, sock: socket.socket, *args: Any, **more: Any) -> None:
        super().__init__(sock, *args, **more)
        self.fp = io.BufferedReader(BoundedStream(self.fp))


class PlainConnection(HTTPConnection):
    """As of urllib, with bounded answers."""

    response_class = BoundedAnswer


class SecureConnection(HTTPSConnection):
    """As of urllib, with bounded answers."""

    response_class = BoundedAnswer


class BoundedHTTP(HTTPHandler):
    """Connects without TLS."""

    def http_open(self, req: Request) -> Any:
        """As urllib's own."""
        return self.do_open(PlainConnection, req)


class BoundedHTTPS(HTTPSHandler):
    """Connects with TLS."""

    def https_open(self, req: Request) -> Any:
        """As urllib's own."""
        return self.do_open(SecureConnection, req, context=web_trust())


class NoRedirects(HTTPRedirectHandler):
    """Follows no redirect: urllib would send the bot token along, to whatever host the answer names."""

    def redirect_request(self, *_args: Any, **_more: Any) -> None:
        """No request, so the answer is an error like any other."""


def _handlers() -> tuple[BaseHandler, ...]:
    return BoundedHTTP(), BoundedHTTPS(context=web_trust()), NoRedirects()


class BoundedClient(WebClient):
    """slack_sdk's client, which by itself reads an answer whole, however long it is, and follows redirects."""

    def _perform_urllib_http_request_internal(self, url: str, req: Request) -> dict[str, Any]:  # noqa: ARG002 - slack_sdk's signature
        with build_opener(*_handlers()).open(req, timeout=self.timeout) as answer:
            body = answer.read().decode(answer.headers.get_content_charset() or "utf-8")
            return {"status": answer.code, "headers": answer.headers, "body": body}


class Slack:
    """A Slack workspace, as one bot token sees it."""

    def __init__(self, token: str, api_url: str) -> None:
        # The default handlers send a message twice when the connection is lost: retrying is the queue's work.
        self._client = BoundedClient(token=token, base_url=api_url, timeout=TIMEOUT_SECONDS, retry_handlers=[])

    def post(self, channel: str, card: Card) -> str:
        """Post a card as a new message; its timestamp, which names it from then on.

        Raises:
            RetryLaterError: Slack is busy or out of reach; PerhapsSentError where it may have the message. What a
                person has to mend for the whole channel is waited for: no card gets through, and none is lost.
            SlackRefusedError: Slack will not have it.
        """
        timestamp = str(self._send("chat.postMessage", channel, card)["ts"])
        if not _TIMESTAMP.fullmatch(timestamp):
            raise PerhapsSentError("Slack is out of reach: the answer names no message", OUTAGE_WAIT)
        return timestamp

    def update(self, channel: str, timestamp: str, card: Card) -> None:
        """Replace the message's content. Raises as ``post`` does."""
        self._send("chat.update", channel, card, ts=timestamp)

    def reply(self, channel: str, thread: str, card: Card) -> None:
        """Answer in the thread of a message, and show that in the channel as well: an edited message notifies nobody.

        With an empty ``thread`` it is a message of its own. Raises as ``post`` does.
        """
        place = {"thread_ts": thread, "reply_broadcast": True} if thread else {}
        self._send("chat.postMessage", channel, card, **place)

    def note(self, channel: str, thread: str, card: Card) -> None:
        """Answer in the thread of a message, which the channel does not show. Raises as ``post`` does."""
        self._send("chat.postMessage", channel, card, thread_ts=thread)

    def _send(self, method: str, channel: str, card: Card, **more: Any) -> Any:
        """Send a card; where Slack refuses its blocks or its metadata, without them."""
        plain: dict[str, Any] = {"channel": channel, "text": card.text, **more, **_QUIET, "blocks": []}
        richer = ({"blocks": card.blocks, "metadata": card.metadata}, {"metadata": card.metadata})
        for parts in richer:
            try:
                return self._call(method, {**plain, **parts})
            except SlackRefusedError as refused:
                if refused.remedy is not Remedy.PLAIN:
                    raise
        return self._call(method, {**plain, "metadata": {}})

    def _call(self, method: str, payload: dict[str, Any]) -> Any:
        try:
            return self._client.api_call(method, json=payload)
        except SlackApiError as error:
            raise _meaning(error) from error
        except OverLimitError as error:
            reason = f"Slack is out of reach: the answer is over {ANSWER_LIMIT} bytes"
            raise PerhapsSentError(reason, OUTAGE_WAIT) from error
        # Whatever an answer makes a parser or slack_sdk raise: unknown encodings, endless numbers, no JSON object.
        except (AttributeError, LookupError, MemoryError, RecursionError, ValueError) as error:
            raise PerhapsSentError("Slack is out of reach: the answer is unreadable", OUTAGE_WAIT) from error
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
        wait = _wait(response.headers)
        return SlowDownError(_SLOW_DOWN, wait) if wait else RetryLaterError(_SLOW_DOWN, DEFAULT_WAIT)
    failed = f"Slack failed with {response.status_code} {word}".rstrip()
    if response.status_code >= SERVER_ERRORS or word in _PERHAPS_DONE:
        return PerhapsSentError(failed, OUTAGE_WAIT)
    return _raised_as(word) if word else RetryLaterError(failed, OUTAGE_WAIT)


def _raised_as(word: str) -> CrosscheckError:
    remedy = remedy_of(word)
    reason = f"Slack refuses with {word}: {remedy.value}"
    match remedy:
        case Remedy.LATER:
            return RetryLaterError(reason, OUTAGE_WAIT)
        case Remedy.TOKEN:
            return TokenRefusedError(reason)
        case Remedy.CHANNEL:
            return ChannelRefusedError(reason)
        case Remedy.WORKSPACE:
            return PersonNeededError(reason)
        case Remedy.ANEW | Remedy.PLAIN | Remedy.CALL:
            return SlackRefusedError(word)


def _wait(headers: Any) -> int:
    """The seconds for which Slack asks; 0 where it names none."""
    value = next((value for name, value in headers.items() if name.lower() == "retry-after"), "")
    text = value[0] if isinstance(value, list) else value
    return min(max(int(text), 1), LONGEST_WAIT) if _SECONDS.fullmatch(str(text)) else 0
