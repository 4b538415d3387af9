"""The address to which Slack takes an answer to a click, which only the person sees who clicked.

https://docs.slack.dev/interactivity/handling-user-interaction#message_responses. It is an address from outside: nothing
is sent to a host that is not Slack's own. Only the standard library does it, because a click has to be answered soon
after a cold start.
"""

import json
import urllib.error
import urllib.request
from collections.abc import Mapping
from functools import cache
from typing import Any
from urllib.parse import urlsplit

from crosscheck.web_trust import web_trust

HOST = "hooks.slack.com"
URL_LIMIT = 500
TIMEOUT_SECONDS = 5


def is_slacks(url: str, local_host: str = "") -> bool:
    """Whether the address is ``https://hooks.slack.com/…``, or of exactly ``local_host`` (``host:port``) if that is
    set, for the local account."""
    if len(url) > URL_LIMIT or not url.isascii() or not url.isprintable() or " " in url or "\\" in url:
        return False
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    if local_host and parts.scheme == "http" and parts.netloc == local_host:
        return True
    return parts.scheme == "https" and parts.netloc == HOST


def tell(url: str, text: str) -> bool:
    """Tell the person who clicked; the text is escaped already. False where Slack did not take it: nobody is told
    twice, and the ledger knows what happened."""
    try:
        post(url, {"response_type": "ephemeral", "replace_original": False, "text": text}, {})
    except OSError:
        return False
    return True


def post(url: str, body: Mapping[str, Any], headers: Mapping[str, str], seconds: float = TIMEOUT_SECONDS) -> bytes:
    """POST a JSON document; as much of the answer as matters.

    Raises:
        OSError: it did not get there, or was not taken.
    """
    request = urllib.request.Request(  # noqa: S310 - the caller has checked the address
        url, json.dumps(body).encode(), {"Content-Type": "application/json; charset=utf-8", **headers}, method="POST"
    )
    with _opener().open(request, timeout=seconds) as answer:
        return bytes(answer.read(100_000))


@cache
def _opener() -> urllib.request.OpenerDirector:
    return urllib.request.build_opener(_NoRedirect, urllib.request.HTTPSHandler(context=web_trust()))


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_args: Any, **_kwargs: Any) -> None:
        """Slack's answer is the answer: an address is checked once, and not left for another one."""
