"""PutEvents of ``aws.*`` sources: refused as on AWS, except from the account's own engines.

They carry a token that only they and this process know. Their events also keep the time that they name, which ministack
replaces by its own.
"""

import hmac
import json
from collections.abc import Awaitable, Callable
from contextvars import ContextVar
from typing import Any

from ministack.services import eventbridge

TOKEN_HEADER = b"x-crosscheck-service-token"

App = Callable[[Any, Any, Any], Awaitable[None]]

_shown_token: ContextVar[bytes] = ContextVar("shown_token", default=b"")
_entry_time: ContextVar[int | None] = ContextVar("entry_time", default=None)


def admitted(app: App) -> App:
    """Remember for each request which token it shows."""

    async def application(scope: Any, receive: Any, send: Any) -> None:
        _shown_token.set(dict(scope.get("headers") or []).get(TOKEN_HEADER, b""))
        await app(scope, receive, send)

    return application


def install(token: str) -> None:
    """Replace PutEvents."""
    put_events, dispatch_event = eventbridge._put_events, eventbridge._dispatch_event  # noqa: SLF001

    def put_one(entry: dict[str, Any], allow_aws_source: bool) -> dict[str, Any]:
        time = entry.get("Time")
        _entry_time.set(int(time) if isinstance(time, int | float) else None)
        _, _, body = put_events({"Entries": [entry]}, allow_aws_source=allow_aws_source)
        answer: dict[str, Any] = json.loads(body)
        return answer

    def put(data: dict[str, Any], allow_aws_source: bool = False) -> Any:
        entries = data.get("Entries", [])
        if len(entries) > 10:  # noqa: PLR2004 - as many as AWS takes; ministack refuses with AWS's words
            return put_events(data)
        allowed = allow_aws_source or hmac.compare_digest(_shown_token.get(), token.encode())
        answers = [put_one(entry, allowed) for entry in entries]
        return eventbridge.json_response(
            {
                "FailedEntryCount": sum(answer["FailedEntryCount"] for answer in answers),
                "Entries": [result for answer in answers for result in answer["Entries"]],
            }
        )

    def dispatch(event: dict[str, Any], view: Any = None) -> Any:
        time = _entry_time.get()
        if time is None:
            return dispatch_event(event, view)
        _entry_time.set(None)
        event["Time"] = time
        return dispatch_event(event)

    eventbridge._put_events = put  # noqa: SLF001
    eventbridge._dispatch_event = dispatch  # noqa: SLF001
