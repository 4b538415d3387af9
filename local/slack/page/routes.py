"""``GET /``: the page, complete at first paint. ``GET /view``: what it polls to stay live."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from flask import Blueprint, Response, abort, jsonify, render_template, request
from markupsafe import Markup

from local.slack.methods import TEAM
from local.slack.page.view import APP_NAME, entries, thread

if TYPE_CHECKING:
    from local.slack.messages import Messages
    from local.slack.page.view import Entry

_HERE = Path(__file__).parent
USER = "U0APPROVER"  # who looks and clicks, unless the address says otherwise
# The page is one file: a copy of it, saved where there is no browser, still looks the same.
_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; connect-src 'self'; base-uri 'none'"
)


def page(messages: Messages) -> Blueprint:
    """The page of a workspace. ``/?channel=C…`` selects a channel; without it the first one is shown. ``thread=<ts>``
    opens a thread beside it, and ``user=U…`` says who looks and clicks."""
    routes = Blueprint("page", __name__, template_folder="templates")

    def shown() -> dict[str, list[Entry]]:
        """The channel, and the thread that is open."""
        channel, now = messages.shown(_selected(messages)), datetime.now(UTC).astimezone()
        return {"channel": entries(channel, now), "thread": thread(channel, request.args.get("thread", ""), now)}

    @routes.get("/")
    def show() -> Response:
        channel = _selected(messages)
        html = render_template(
            "workspace.html",
            team=TEAM,
            app_name=APP_NAME,
            channels=messages.channels,
            selected=channel,
            user=request.args.get("user") or USER,
            **shown(),
            style=Markup((_HERE / "assets/workspace.css").read_text()),  # noqa: S704 - our own file
            script=Markup((_HERE / "assets/workspace.js").read_text()),  # noqa: S704 - our own file
        )
        return Response(html, mimetype="text/html", headers={"Content-Security-Policy": _POLICY})

    @routes.get("/view")
    def view() -> Response:
        return jsonify({name: [asdict(entry) for entry in found] for name, found in shown().items()})

    return routes


def _selected(messages: Messages) -> str:
    channel = request.args.get("channel") or next(iter(messages.channels), "")
    if channel not in messages.channels:
        abort(404)
    return channel
