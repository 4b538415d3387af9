"""``GET /``: the dashboard, complete at first paint. ``?release=<key>`` shows a release, ``?theme=dark`` the other
theme.

The page does with a click what CloudWatch does, and removes scripts from the widget by its content security policy.
"""

from __future__ import annotations

import secrets
from pathlib import Path
from typing import TYPE_CHECKING

from flask import Flask, Response, render_template, request
from markupsafe import Markup, escape

from local.board.dashboard import WidgetError

if TYPE_CHECKING:
    from collections.abc import Callable

    from local.board.dashboard import Dashboard

_HERE = Path(__file__).parent


def board_app(dashboard: Callable[[], Dashboard]) -> Flask:
    """The application; ``dashboard`` raises LookupError while the stack is not deployed."""
    app = Flask(__name__, template_folder="templates", static_folder=None)

    @app.get("/")
    def show() -> Response:
        theme = "dark" if request.args.get("theme") == "dark" else "light"
        parameters = {key: value for key, value in request.args.items() if key != "theme"}
        try:
            shown = dashboard()
            title, widget, status = shown.name, Markup(shown.draw(parameters, theme)), 200  # noqa: S704 - the widget's own HTML, without scripts by the policy
        except (LookupError, WidgetError) as error:
            title, widget, status = "no board", escape(str(error.args[0])), 503
        nonce = secrets.token_urlsafe(16)
        html = render_template(
            "board.html",
            title=title,
            theme=theme,
            widget=widget,
            nonce=nonce,
            style=Markup((_HERE / "assets/board.css").read_text()),  # noqa: S704 - our own file
            script=Markup((_HERE / "assets/board.js").read_text()),  # noqa: S704 - our own file
        )
        policy = (
            "default-src 'none'; style-src 'unsafe-inline'; connect-src 'self'; base-uri 'none'; "
            f"script-src 'nonce-{nonce}'"
        )
        return Response(html, status, mimetype="text/html", headers={"Content-Security-Policy": policy})

    return app
