"""The methods of the Web API that exist here; https://docs.slack.dev/reference/methods."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from local.slack.content import blocks_of, check_content, metadata_of, text_of
from local.slack.errors import SlackError
from local.slack.messages import Message, Messages

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from local.slack.views import Views

TEAM, TEAM_ID, USER_ID, BOT_ID, APP_ID = "Local account", "T0CROSSCHECK", "U0CROSSCHECK", "B0CROSSCHECK", "A0CROSSCHECK"
USER = "crosscheck"
METHODS = (
    "auth.test",
    "chat.postMessage",
    "chat.update",
    "chat.delete",
    "conversations.history",
    "conversations.info",
    "usergroups.users.list",
    "views.open",
)
_DEFAULT_LIMIT, _HIGHEST_LIMIT = 100, 999

type Arguments = Mapping[str, Any]


class Methods:
    """Each method takes the arguments and returns what Slack adds to ``ok: true``, or raises ``SlackError``."""

    def __init__(self, messages: Messages, views: Views, groups: Mapping[str, Sequence[str]]) -> None:
        self._messages = messages
        self._views = views
        self._groups = groups
        self._methods = dict(
            zip(
                METHODS,
                (
                    self._test,
                    self._post,
                    self._update,
                    self._delete,
                    self._history,
                    self._info,
                    self._members,
                    self._open,
                ),
                strict=True,
            )
        )

    def call(self, method: str, arguments: Arguments) -> dict[str, Any]:
        """Call a method by name."""
        if method not in self._methods:
            raise SlackError("unknown_method")
        return self._methods[method](arguments)

    def _test(self, _: Arguments) -> dict[str, Any]:
        ids = {"user_id": USER_ID, "team_id": TEAM_ID, "bot_id": BOT_ID}
        return {"url": "http://127.0.0.1/", "team": TEAM, "user": USER, **ids, "is_enterprise_install": False}

    def _post(self, arguments: Arguments) -> dict[str, Any]:
        channel = self._channel(arguments)
        draft = Message(
            ts="",
            text=text_of(arguments) or "",
            blocks=blocks_of(arguments) or [],
            metadata=metadata_of(arguments) or None,
            thread_ts=_optional(arguments, "thread_ts"),
            broadcast=bool(_optional(arguments, "thread_ts")) and _flag(arguments, "reply_broadcast"),
        )
        check_content(draft.text, draft.blocks)
        message = self._messages.post(channel, draft)
        return {"channel": channel, "ts": message.ts, "message": _as_slack_has_it(message)}

    def _update(self, arguments: Arguments) -> dict[str, Any]:
        channel, ts = self._channel(arguments), _required(arguments, "ts")
        text, blocks, metadata = text_of(arguments), blocks_of(arguments), metadata_of(arguments)
        if text is None and blocks is None:
            raise SlackError("no_text")

        def change(old: Message) -> Message:
            # What is absent stays as it was, what is empty is removed.
            new = replace(
                old,
                text=old.text if text is None else text,
                blocks=old.blocks if blocks is None else blocks,
                metadata=old.metadata if metadata is None else metadata or None,
            )
            check_content(new.text, new.blocks)
            return new

        message = self._messages.update(channel, ts, change)
        return {"channel": channel, "ts": ts, "text": message.text, "message": _as_slack_has_it(message)}

    def _delete(self, arguments: Arguments) -> dict[str, Any]:
        channel, ts = self._channel(arguments), _required(arguments, "ts")
        self._messages.delete(channel, ts)
        return {"channel": channel, "ts": ts}

    def _history(self, arguments: Arguments) -> dict[str, Any]:
        shown = self._messages.shown(self._channel(arguments))
        limit = _limit(arguments)
        top = [message for message in shown if message.thread_ts is None or message.broadcast]
        wanted = [message for message in reversed(top) if _within(message, arguments)]
        with_metadata = _flag(arguments, "include_all_metadata")
        messages = [_as_slack_has_it(message, with_metadata=with_metadata) for message in wanted[:limit]]
        return {"messages": messages, "has_more": len(wanted) > limit}

    def _info(self, arguments: Arguments) -> dict[str, Any]:
        channel = self._channel(arguments)
        about = {"is_channel": True, "is_private": False, "is_archived": False, "is_member": True}
        return {"channel": {"id": channel, "name": self._messages.channels[channel], **about}}

    def _members(self, arguments: Arguments) -> dict[str, Any]:
        group = _required(arguments, "usergroup")
        if group not in self._groups:
            raise SlackError("no_such_subteam")
        return {"users": list(self._groups[group])}

    def _open(self, arguments: Arguments) -> dict[str, Any]:
        return {"view": self._views.open(arguments)}

    def _channel(self, arguments: Arguments) -> str:
        channel = _required(arguments, "channel")
        if channel not in self._messages.channels:
            raise SlackError("channel_not_found")
        return channel


def _as_slack_has_it(message: Message, *, with_metadata: bool = True) -> dict[str, Any]:
    whole = {"type": "message", "user": USER_ID, "bot_id": BOT_ID, "app_id": APP_ID, **message.as_json()}
    if not with_metadata or message.metadata is None:
        del whole["metadata"]
    if message.edited_ts:
        whole["edited"] = {"user": BOT_ID, "ts": message.edited_ts}
    return whole


def _required(arguments: Arguments, name: str) -> str:
    value = _optional(arguments, name)
    if value is None:
        raise SlackError("invalid_arguments", f"[ERROR] missing required field: {name}")
    return value


def _optional(arguments: Arguments, name: str) -> str | None:
    value = arguments.get(name)
    if value is not None and not isinstance(value, str):
        raise SlackError("invalid_arguments", f"[ERROR] must be a string [json-pointer:/{name}]")
    return value or None


def _flag(arguments: Arguments, name: str) -> bool:
    return str(arguments.get(name, "")).lower() in {"true", "1"}


def _limit(arguments: Arguments) -> int:
    text = str(arguments.get("limit", _DEFAULT_LIMIT))
    if not text.isdecimal() or not 1 <= int(text) <= _HIGHEST_LIMIT:
        raise SlackError("invalid_limit")
    return int(text)


def _within(message: Message, arguments: Arguments) -> bool:
    oldest, latest = _optional(arguments, "oldest") or "0", _optional(arguments, "latest")
    inclusive = _flag(arguments, "inclusive")
    try:
        low, high = float(oldest), float(latest) if latest else float("inf")
    except ValueError as error:
        raise SlackError("invalid_ts_oldest" if latest is None else "invalid_ts_latest") from error
    ts = float(message.ts)
    return low < ts < high or (inclusive and ts in {low, high})
